// One edge of the map: its line, its direction, and its label with lock and figures.
import type { GraphEdge } from "../data/api";
import { edgeHealth, edgeSecurity, SECURITY_TEXT } from "../data/health";
import { milliseconds, percent, rate } from "../data/format";
import type { PlacedLink } from "../layout/layout";
import type { PlacedLabel } from "../layout/labels";
import { LOCK, OPEN_LOCK } from "../parts/icons";
import { edgeWidth, flowStep } from "./figures";
import { LABEL, type Detail } from "./labels";

export interface EdgeProperties {
  edge: GraphEdge;
  id: string;
  placed: PlacedLink;
  label: PlacedLabel | undefined;
  detail: Detail;
  selected: boolean;
  faded: boolean;
  moving: boolean;
  onSelect: (id: string) => void;
}

export function edgeDescription(edge: GraphEdge): string {
  const security = SECURITY_TEXT[edgeSecurity(edge)];
  if (!(edge.rate > 0)) return `${edge.from} to ${edge.to}: no requests in the window, ${security}`;
  return `${edge.from} to ${edge.to}: ${rate(edge.rate)} requests a second, ${percent(edge.success)} succeed, p50 ${milliseconds(edge.p50_ms)}, p99 ${milliseconds(edge.p99_ms)}, ${security}`;
}

export function EdgeLine(properties: EdgeProperties) {
  const { edge, id, placed, label, selected, faded } = properties;
  const health = edgeHealth(edge);
  const width = edgeWidth(edge.rate);
  const choose = () => properties.onSelect(selected ? "" : id);
  return (
    <g class={`edge ${health}${selected ? " selected" : ""}${faded ? " faded" : ""}`} data-key={id} onClick={choose}>
      <path class="edge-reach" d={placed.path} />
      {label?.tie ? <path class="edge-tie" d={`M${label.tie.x},${label.tie.y}V${label.y}`} /> : null}
      <path class="edge-line" d={placed.path} stroke-width={width} marker-end={`url(#arrow-${health})`} />
      {properties.moving && health !== "idle" ? <path class={`edge-flow flow-${flowStep(edge.rate)}`} d={placed.path} stroke-width={Math.max(1.2, width * 0.5)} /> : null}
    </g>
  );
}

export function EdgeLabel(properties: EdgeProperties) {
  const { edge, id, label, selected, faded } = properties;
  if (!label) return null;
  const { detail } = properties;
  const box = LABEL[detail];
  const health = edgeHealth(edge);
  const choose = () => properties.onSelect(selected ? "" : id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  const firstLine = { full: -3.5, tall: -11, short: 4 }[detail];
  return (
    <g class={`edge-label ${health}${selected ? " selected" : ""}${faded ? " faded" : ""}`} data-key={id} transform={`translate(${label.x},${label.y})`} tabindex={0} role="button" aria-pressed={selected} aria-label={edgeDescription(edge)} onClick={choose} onKeyDown={onKeyDown}>
      <title>{edgeDescription(edge)}</title>
      <rect x={-box.width / 2} y={-box.height / 2} width={box.width} height={box.height} rx={9} />
      {edge.mtls === null ? null : (
        <g class={edge.mtls ? "lock closed" : "lock open"} transform={`translate(${-box.width / 2 + 8},${firstLine - 10.5}) scale(0.8)`}>
          <path d={edge.mtls ? LOCK : OPEN_LOCK} />
        </g>
      )}
      <text class="label-rate" x={-box.width / 2 + 25} y={firstLine}>{health === "idle" ? "no traffic" : `${rate(edge.rate)}/s`}</text>
      {health === "idle" || detail === "tall" ? null : <text class="label-success" x={box.width / 2 - 9} y={firstLine} text-anchor="end">{percent(edge.success)}</text>}
      {detail === "full" ? <SecondLine edge={edge} width={box.width} /> : null}
      {detail === "tall" ? <TallLines edge={edge} width={box.width} /> : null}
    </g>
  );
}

/** The same figures one under the other, where there is more room downwards than sidewards. */
function TallLines(properties: { edge: GraphEdge; width: number }) {
  const { edge, width } = properties;
  const left = -width / 2 + 9;
  if (!(edge.rate > 0)) return <text class="label-latency" x={left} y={4.5}>{`${edge.requests.toLocaleString("en-US")} before`}</text>;
  return (
    <>
      <text class="label-success" x={left} y={4.5}>{percent(edge.success)}</text>
      {edge.mtls === false ? <text class="label-plaintext" x={width / 2 - 9} y={4.5} text-anchor="end">plain</text> : null}
      <text class="label-latency" x={left} y={19}>{`${milliseconds(edge.p50_ms)} / ${milliseconds(edge.p99_ms)}`}</text>
    </>
  );
}

function SecondLine(properties: { edge: GraphEdge; width: number }) {
  const { edge, width } = properties;
  if (!(edge.rate > 0)) return <text class="label-latency" x={-width / 2 + 9} y={11.5}>{`${edge.requests.toLocaleString("en-US")} ${edge.requests === 1 ? "request" : "requests"} before`}</text>;
  if (edge.mtls === false) return <><text class="label-plaintext" x={-width / 2 + 9} y={11.5}>{SECURITY_TEXT[edgeSecurity(edge)]}</text><text class="label-latency" x={width / 2 - 9} y={11.5} text-anchor="end">{`p99 ${milliseconds(edge.p99_ms)}`}</text></>;
  return (
    <>
      <text class="label-latency" x={-width / 2 + 9} y={11.5}>{`p50 ${milliseconds(edge.p50_ms)}`}</text>
      <text class="label-latency" x={width / 2 - 9} y={11.5} text-anchor="end">{`p99 ${milliseconds(edge.p99_ms)}`}</text>
    </>
  );
}
