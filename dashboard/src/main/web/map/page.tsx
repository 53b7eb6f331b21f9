// The map page: toolbar, totals, graph or table, side panel.
import type { Graph, GraphEdge } from "../data/api";
import { WINDOWS } from "../data/address";
import { download, edgesAsCsv, graphPath } from "../data/export";
import { milliseconds, percent, plural, rate } from "../data/format";
import type { History } from "../live/history";
import type { PageProperties } from "../live/page";
import { Command, CopyButton, Empty, Search, Segmented } from "../parts/controls";
import { DownloadIcon } from "../parts/icons";
import { edgeSecurity } from "../data/health";
import { activeEdges, edgeMatches, idName, nodeMatches, part, slowest, success, totalRate } from "./figures";
import { GraphView } from "./graph";
import { MapPanel } from "./panel";
import { EdgeTable } from "./table";

export function MapPage(properties: PageProperties & { history: History }) {
  const { live, address, change, now, history } = properties;
  const graph = live.graph.data;
  const outdated = graph !== undefined && live.graphQuery !== graphPath(address.by, address.window);
  return (
    <div class="page">
      <div class="toolbar">
        <Segmented label="Group by" choices={[["service", "By service"], ["workload", "By version"]]} value={address.by} onChange={(by) => change({ by, select: "" })} />
        <Segmented label="Show as" choices={[["map", "Map"], ["table", "Table"]]} value={address.view} onChange={(view) => change({ view })} />
        <Segmented label="Window" choices={WINDOWS.map((window) => [window, window < 300 ? `${window} s` : `${window / 60} min`])} value={address.window} onChange={(window) => change({ window })} />
        <Search label="Find a service" value={address.search} onChange={(search) => change({ search })} />
        <span class="spring" />
        {graph ? <Exports graph={graph} path={graphPath(address.by, address.window)} /> : null}
      </div>
      {outdated ? <p class="note-line" role="status">Waiting for this grouping and window; shown is what was asked before.</p> : null}
      {graph && graph.nodes.length > 0 ? <Totals graph={graph} /> : null}
      <div class="split">
        <div class="stage">
          {graph === undefined ? <Waiting live={live} /> : graph.nodes.length === 0 ? <NoTraffic connected={live.mesh.data?.proxies.connected} /> : address.view === "map"
            ? <Drawing {...properties} graph={graph} />
            : <Rows {...properties} graph={graph} />}
        </div>
        {graph && address.select ? <MapPanel graph={graph} by={address.by} select={address.select} now={now} history={history} onSelect={(select) => change({ select })} /> : null}
      </div>
    </div>
  );
}

function Drawing(properties: PageProperties & { graph: Graph }) {
  const { graph, address, change } = properties;
  const shown = part(graph, address.search);
  if (address.search.trim() && !graph.nodes.some((node) => nodeMatches(node, address.search))) {
    return <Empty title="Nothing matches the search"><p>None of {plural(graph.nodes.length, "node")} has “{address.search}” in its namespace, name or versions.</p></Empty>;
  }
  return (
    <>
      <GraphView graph={shown} whole={graph} by={address.by} select={address.select} search={address.search} onSelect={(select) => change({ select })} />
      {shown === graph ? null : <p class="map-note" role="status">{shown.nodes.length} of {graph.nodes.length} nodes: those found, and their neighbours</p>}
    </>
  );
}

function Rows(properties: PageProperties & { graph: Graph }) {
  const { graph, address, change } = properties;
  const rows = graph.edges.filter((edge) => edgeMatches(edge, address.search));
  if (graph.edges.length === 0) return <Empty title="No calls yet"><p>The services are known, but no proxy has reported a call between them.</p></Empty>;
  if (rows.length === 0) return <Empty title="Nothing matches the search"><p>None of the {graph.edges.length} edges has “{address.search}” in a name.</p></Empty>;
  return <EdgeTable edges={rows} sort={address.sort} select={address.select} onSort={(sort) => change({ sort })} onSelect={(select) => change({ select })} />;
}

function Exports(properties: { graph: Graph; path: string }) {
  const { graph } = properties;
  const stamp = () => new Date().toISOString().slice(0, 19).replaceAll(":", "");
  return (
    <div class="exports">
      <button type="button" class="button" onClick={() => download(`heddle-graph-${stamp()}.csv`, "text/csv", edgesAsCsv(graph.edges))}><DownloadIcon />CSV</button>
      <button type="button" class="button" onClick={() => download(`heddle-graph-${stamp()}.json`, "application/json", JSON.stringify(graph, null, 2))}><DownloadIcon />JSON</button>
      <CopyButton text={`curl -s '${location.origin}${properties.path}'`}>Copy as command</CopyButton>
    </div>
  );
}

function Totals(properties: { graph: Graph }) {
  const { edges, windowSeconds } = properties.graph;
  const active = activeEdges(edges);
  const plain = edges.filter((edge) => edgeSecurity(edge) === "plaintext");
  const share = success(active);
  const slow = slowest(edges);
  return (
    <dl class="totals" aria-label={`Totals of the last ${windowSeconds} s`}>
      <div><dt>Calls between services</dt><dd>{rate(totalRate(active))}<small>/s</small></dd></div>
      <div><dt>Success</dt><dd class={share === undefined ? "" : share < 0.95 ? "failing" : share < 0.99 ? "degraded" : ""}>{percent(share)}</dd></div>
      <div><dt>Slowest p99</dt><dd>{milliseconds(slow?.p99_ms)}{slow ? <small class="which">{idName(slow.from)} → {idName(slow.to)}</small> : null}</dd></div>
      <div><dt>Encrypted edges</dt><dd class={plain.length > 0 ? "plain" : ""}>{edges.filter((edge) => edge.mtls).length}<small> of {edges.filter((edge) => edge.mtls !== null).length}{plain.length > 0 ? <>, plaintext: {names(plain)}</> : null}</small></dd></div>
      <div><dt>Window</dt><dd>{windowSeconds}<small> s</small></dd></div>
    </dl>
  );
}

function names(edges: GraphEdge[]): string {
  const first = edges.slice(0, 2).map((edge) => `${idName(edge.from)} → ${idName(edge.to)}`).join(", ");
  return edges.length > 2 ? `${first} and ${edges.length - 2} more` : first;
}

function Waiting(properties: { live: PageProperties["live"] }) {
  const { connection, graph } = properties.live;
  if (connection.state === "silent") return <Empty title="Nothing to show yet"><p>The control plane has not answered since this page was opened. Start it with:</p><Command text="./heddle control" /></Empty>;
  if (graph.failure) return <Empty title="The graph cannot be read"><p>{graph.failure}.</p></Empty>;
  return <Empty title="Asking the control plane…"><p>The first answer comes in a moment.</p></Empty>;
}

function NoTraffic(properties: { connected: number | undefined }) {
  const { connected } = properties;
  if (!connected) {
    return (
      <Empty title="No proxy is connected">
        <p>The map is drawn from what proxies report, and none is connected to this control plane. Put an application behind a sidecar:</p>
        <Command text="./heddle run --service hello.default --port 9080 -- python3 -m http.server 9080" />
        <p>or start the sample application with its own control plane:</p>
        <Command text="./heddle demo" />
      </Empty>
    );
  }
  return (
    <Empty title="No traffic seen yet">
      <p>{connected === 1 ? "One proxy is" : `${connected} proxies are`} connected, but none has reported a request through both sidecars since this control plane started. An edge appears about a second after its first request.</p>
      <p>Applications call through their sidecar when they use its HTTP proxy, which <code>heddle run</code> sets as <code>HTTP_PROXY</code>. A client that ignores it is not seen.</p>
      <Command text="./heddle proxy-status" />
    </Empty>
  );
}
