// What is wrong with the data itself. It stands above everything, and never hides the last data.
import { clock, duration } from "../data/format";
import type { Live, Source } from "../live/poller";
import { WarningIcon } from "./icons";

export function Banner(properties: { live: Live; now: number }) {
  const { live, now } = properties;
  if (live.paused) return null;
  if (live.connection.state === "silent") return <SilentBanner live={live} now={now} />;
  const failed = [live.graph, live.proxies, live.mesh, live.resources].filter((source) => source.failure);
  if (failed.length === 0) return null;
  return (
    <div class="banner degraded" role="alert">
      <WarningIcon />
      <div>
        <strong>Part of this page is old.</strong>
        {failed.map((source) => <p key={source.failure}>{source.failure}{age(source)}.</p>)}
      </div>
    </div>
  );
}

function SilentBanner(properties: { live: Live; now: number }) {
  const { connection } = properties.live;
  const seen = [properties.live.graph, properties.live.proxies, properties.live.mesh].some((source) => source.receivedAt);
  return (
    <div class="banner failing" role="alert" id="silent">
      <WarningIcon />
      <div>
        <strong>The control plane does not answer since {clock(connection.since)} ({duration(properties.now - connection.since)}; {connection.reason}).</strong>
        <p>
          {seen ? `What you see is from ${clock(connection.since)}. ` : ""}
          The proxies serve on with their last configuration; changes and figures wait until it is back. This page asks again each second.
        </p>
      </div>
    </div>
  );
}

function age(source: Source<unknown>): string {
  return source.receivedAt ? `; shown is the answer of ${clock(source.receivedAt)}` : "; there is no earlier answer to show";
}
