// All that is known of one proxy.
import { XDS_TYPES, problemText, type Proxy } from "../data/api";
import { milliseconds, since } from "../data/format";
import { StateBadge } from "../parts/badges";
import { CopyButton, Figure, Panel } from "../parts/controls";
import { Problems } from "../parts/problems";

export function ProxyPanel(properties: { proxy: Proxy; now: number; onClose: () => void }) {
  const { proxy, now } = properties;
  return (
    <Panel kind="Proxy" title={`${proxy.namespace}/${proxy.workload}`} onClose={properties.onClose} actions={<CopyButton text="./heddle proxy-status">Copy as CLI</CopyButton>}>
      <p><StateBadge state={proxy.connected ? proxy.state : "DISCONNECTED"} /></p>
      <Problems problems={proxy.problems.map(problemText)} />
      <section>
        <h3>Configuration{proxy.connected ? "" : ", when it was last connected"}</h3>
        <dl class="pairs">{XDS_TYPES.map((type) => <div key={type}><dt>{type}</dt><dd>{proxy.types?.[type] ? <StateBadge state={proxy.types[type]} /> : "not subscribed"}</dd></div>)}</dl>
      </section>
      <dl class="figures">
        <Figure name={proxy.connected ? "Connected" : "Gone"}>{since(proxy.connectedSince, now)}</Figure>
        <Figure name="Push took">{milliseconds(proxy.lastPushMs)}</Figure>
      </dl>
      <section>
        <h3>Who and where</h3>
        <dl class="pairs">
          <div><dt>Identity</dt><dd class="mono">{proxy.identity || "none"}</dd></div>
          <div><dt>Service</dt><dd>{proxy.service || "none: it only calls"}</dd></div>
          <div><dt>Address</dt><dd class="mono">{proxy.address || "–"}</dd></div>
          <div><dt>Version</dt><dd>{proxy.version || "–"}</dd></div>
          <div><dt>Node</dt><dd class="mono">{proxy.id}</dd></div>
          {Object.entries(proxy.ports ?? {}).map(([name, port]) => <div key={name}><dt>Port, {name}</dt><dd class="mono">{port}</dd></div>)}
        </dl>
      </section>
    </Panel>
  );
}
