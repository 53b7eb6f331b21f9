// A small line of the last minutes. It starts where the page was opened and has gaps where nothing was received.
import { duration } from "../data/format";
import type { Sample } from "../live/history";
import { KEPT_MS } from "../live/history";

const WIDTH = 300;
const HEIGHT = 44;
const GAP_MS = 4000;
const SHORTEST_MS = 30_000;

export function Sparkline(properties: { name: string; samples: Sample[]; now: number; value: (sample: Sample) => number; text: (value: number) => string; tone: string }) {
  const { samples, now, value } = properties;
  const top = Math.max(...samples.map(value), 0);
  const scale = top === 0 ? 1 : top;
  const span = Math.min(KEPT_MS, Math.max(SHORTEST_MS, now - (samples[0]?.at ?? now)));
  const x = (sample: Sample) => WIDTH - ((now - sample.at) / span) * WIDTH;
  const y = (sample: Sample) => HEIGHT - 3 - (value(sample) / scale) * (HEIGHT - 8);
  const path = samples
    .map((sample, index) => {
      const before = samples[index - 1];
      return `${before && sample.at - before.at < GAP_MS ? "L" : "M"}${x(sample).toFixed(1)},${y(sample).toFixed(1)}`;
    })
    .join("");
  return (
    <figure class="sparkline">
      <figcaption>{properties.name}<span>max {properties.text(top)}, last {duration(span)}</span></figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${properties.name} of the last ${duration(span)}, at most ${properties.text(top)}`}>
        <path class="baseline" d={`M0,${HEIGHT - 2.5}H${WIDTH}`} />
        <path class={`line ${properties.tone}`} d={path} />
      </svg>
    </figure>
  );
}
