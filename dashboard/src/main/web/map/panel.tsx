// The side panel: all figures of one edge or one node.
import type { Graph, GraphEdge, GraphNode, Grouping } from "../data/api";
import { edgeKey } from "../data/address";
import { edgeHealth, edgeSecurity, type Security } from "../data/health";
import { count, milliseconds, percent, rate } from "../data/format";
import type { History } from "../live/history";
import { CopyButton, Figure, Panel } from "../parts/controls";
import { LockIcon, OpenLockIcon } from "../parts/icons";
import { Sparkline } from "../parts/sparkline";
import { resourceCommand } from "../data/export";
import { idName, nodeFigures, nodeTitle } from "./figures";

interface PanelProperties {
  graph: Graph;
  by: Grouping;
  select: string;
  now: number;
  history: History;
  onSelect: (key: string) => void;
}

export function MapPanel(properties: PanelProperties) {
  const { graph, select } = properties;
  const edge = graph.edges.find((candidate) => edgeKey(candidate) === select);
  if (edge) return <EdgePanel {...properties} edge={edge} />;
  const node = graph.nodes.find((candidate) => `node:${candidate.id}` === select);
  if (node) return <NodePanel {...properties} node={node} />;
  return (
    <Panel kind="Not on the map" title={idName(select.slice(select.indexOf(":") + 1))} onClose={() => properties.onSelect("")}>
      <p>The control plane knows nothing of this name in this grouping: it has gone, or it had no traffic since the control plane started.</p>
    </Panel>
  );
}

const SECURITY_SENTENCE: Record<Security, string> = {
  mtls: "Mutual TLS: both sides proved their identity.",
  plaintext: "Plaintext: neither encrypted nor authenticated. A PeerAuthentication with mode STRICT refuses such calls.",
  unseen: "Not seen by the called side: no call has reached it yet, so nothing is known of the connection.",
};

function EdgePanel(properties: PanelProperties & { edge: GraphEdge }) {
  const { edge, graph, history, now } = properties;
  const samples = history.of(edgeKey(edge));
  const health = edgeHealth(edge);
  const quiet = health === "idle";
  return (
    <Panel kind="Calls" title={`${idName(edge.from)} → ${idName(edge.to)}`} onClose={() => properties.onSelect("")}>
      <p class={edge.mtls === null ? "security" : edge.mtls ? "security closed" : "security open"}>
        {edge.mtls === null ? null : edge.mtls ? <LockIcon /> : <OpenLockIcon />}
        {SECURITY_SENTENCE[edgeSecurity(edge)]}
      </p>
      {quiet ? <p class="hint">No request in the last {graph.windowSeconds} s, so there is nothing to measure.</p> : null}
      <dl class="figures">
        <Figure name="Requests" note={`mean of the last ${graph.windowSeconds} s`}>{quiet ? "0" : rate(edge.rate)}<small>/s</small></Figure>
        <Figure name="Success" tone={health}>{quiet ? percent(undefined) : percent(edge.success)}</Figure>
        <Figure name="p50">{milliseconds(quiet ? undefined : edge.p50_ms)}</Figure>
        <Figure name="p99">{milliseconds(quiet ? undefined : edge.p99_ms)}</Figure>
        <Figure name="Requests in all" note="since the control plane first saw this edge">{count(edge.requests)}</Figure>
      </dl>
      <Errors errors={edge.errors} window={graph.windowSeconds} />
      <section>
        <h3>Since this page was opened</h3>
        <Sparkline name="Requests/s" samples={samples} now={now} value={(sample) => sample.rate} text={rate} tone="accent" />
        <Sparkline name="Failed" samples={samples} now={now} value={(sample) => (sample.rate > 0 ? 1 - (sample.success ?? 1) : 0)} text={(value) => (value > 0 && value < 0.001 ? "<0.1 %" : `${Math.round(value * 1000) / 10} %`)} tone="failing" />
        <Sparkline name="p99" samples={samples} now={now} value={(sample) => sample.p99 ?? 0} text={milliseconds} tone="accent" />
      </section>
      <section>
        <h3>Ends</h3>
        <EndButton id={edge.from} {...properties} />
        <EndButton id={edge.to} {...properties} />
      </section>
    </Panel>
  );
}

function EndButton(properties: PanelProperties & { id: string }) {
  return <button type="button" class="row-button" onClick={() => properties.onSelect(`node:${properties.id}`)}>{properties.id}</button>;
}

function Errors(properties: { errors: Record<string, number> | undefined; window: number }) {
  const errors = Object.entries(properties.errors ?? {}).filter(([, amount]) => amount > 0).sort((left, right) => right[1] - left[1]);
  const most = Math.max(1, ...errors.map(([, amount]) => amount));
  return (
    <section>
      <h3>Errors by code <span class="dim">last {properties.window} s</span></h3>
      {errors.length === 0 ? <p class="hint">None seen.</p> : (
        <ul class="errors">
          {errors.map(([code, amount]) => (
            <li key={code}>
              <code>{code}</code>
              <meter min={0} max={most} value={amount} aria-label={`${amount} answers with code ${code}`} />
              <span>{count(amount)}</span>
              <small>{MEANING[code] ?? ""}</small>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const MEANING: Record<string, string> = {
  "0": "no answer: the connection broke",
  "403": "denied, by an access policy or the application",
  "404": "not found",
  "429": "too many requests",
  "500": "the application failed",
  "502": "bad answer, or no route to the service",
  "503": "no endpoint ready, or the connection failed",
  "504": "the time limit passed",
  DC: "the caller hung up",
  NR: "no route to the service",
  UC: "the connection broke",
  UF: "the connection failed",
  UH: "no healthy endpoint",
  UO: "a circuit breaker refused it",
  UT: "the time limit passed",
};

function NodePanel(properties: PanelProperties & { node: GraphNode }) {
  const { node, graph, by } = properties;
  const figures = nodeFigures(graph).get(node.id)!;
  const title = nodeTitle(node, by);
  return (
    <Panel kind={by === "workload" ? "Workload" : "Service"} title={title} onClose={() => properties.onSelect("")} actions={node.service ? <CopyButton text={resourceCommand("Service", node.namespace, node.service)}>Copy as CLI</CopyButton> : null}>
      <dl class="figures">
        <Figure name="Namespace">{node.namespace}</Figure>
        <Figure name="Versions">{(node.versions ?? []).join(", ") || "–"}</Figure>
        <Figure name="Calls to it" note={`mean of the last ${graph.windowSeconds} s`}>{rate(figures.rateIn)}<small>/s</small></Figure>
        <Figure name="Success" tone={figures.health}>{percent(figures.success)}</Figure>
      </dl>
      <EdgeList name="Called by" edges={figures.incoming} end="from" onSelect={properties.onSelect} none="Nobody calls it, as far as the proxies saw." />
      <EdgeList name="Calls" edges={figures.outgoing} end="to" onSelect={properties.onSelect} none="It calls nobody, as far as the proxies saw." />
    </Panel>
  );
}

function EdgeList(properties: { name: string; edges: GraphEdge[]; end: "from" | "to"; none: string; onSelect: (key: string) => void }) {
  const { edges, end } = properties;
  return (
    <section>
      <h3>{properties.name}</h3>
      {edges.length === 0 ? <p class="hint">{properties.none}</p> : edges.map((edge) => (
        <button key={edgeKey(edge)} type="button" class="row-button" onClick={() => properties.onSelect(edgeKey(edge))}>
          <span class={edge.mtls === false ? "open" : "closed"}>{edge.mtls === null ? null : edge.mtls ? <LockIcon size={13} /> : <OpenLockIcon size={13} />}</span>
          <span class="row-name">{edge[end]}</span>
          <span>{rate(edge.rate)}/s</span>
          <span class={`tone ${edgeHealth(edge)}`}>{edge.rate > 0 ? percent(edge.success) : "no traffic"}</span>
        </button>
      ))}
    </section>
  );
}
