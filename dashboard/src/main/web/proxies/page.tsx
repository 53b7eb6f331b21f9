// The proxies page: who is connected, what each has acknowledged, and what is wrong, the bad ones first.
import { XDS_TYPES, problemText, type Proxy, type XdsType } from "../data/api";
import { proxyRank, stateRank } from "../data/health";
import { milliseconds, since, plural } from "../data/format";
import type { PageProperties } from "../live/page";
import { StateBadge, StateMark } from "../parts/badges";
import { Command, CopyButton, Empty, Search } from "../parts/controls";
import { Table, type Column } from "../parts/table";
import { ProxyPanel } from "./panel";

function typeColumn(type: XdsType): Column<Proxy> {
  return { key: type.toLowerCase(), title: type, hint: HINTS[type], value: (proxy) => typeRank(proxy, type), cell: (proxy) => <StateMark type={type} state={proxy.types?.[type]} old={!proxy.connected} /> };
}

const HINTS: Record<XdsType, string> = { LDS: "Listeners", CDS: "Clusters", RDS: "Routes", EDS: "Endpoints", SDS: "Certificates and trust" };

function typeRank(proxy: Proxy, type: XdsType): number {
  const state = proxy.types?.[type];
  return state ? stateRank(state) : 99;
}

function columns(now: number): Column<Proxy>[] {
  return [
    { key: "state", title: "State", value: proxyRank, cell: (proxy) => <StateBadge state={proxy.connected ? proxy.state : "DISCONNECTED"} /> },
    { key: "workload", title: "Workload", value: (proxy) => `${proxy.namespace}/${proxy.workload}`, cell: (proxy) => <><span class="dim">{proxy.namespace}/</span>{proxy.workload}</> },
    ...XDS_TYPES.map(typeColumn),
    { key: "problems", title: "Problem", value: (proxy) => -proxy.problems.length, cell: (proxy) => <FirstProblem proxy={proxy} /> },
    { key: "service", title: "Service", value: (proxy) => proxy.service ?? "", cell: (proxy) => proxy.service || <span class="dim">only calls</span> },
    { key: "since", title: "Connected", numeric: true, hint: "How long the stream to this control plane has stood", value: (proxy) => -Date.parse(proxy.connectedSince || "") || 0, cell: (proxy) => (proxy.connected ? since(proxy.connectedSince, now) : <span class="dim">gone {since(proxy.connectedSince, now)}</span>) },
    { key: "push", title: "Push took", numeric: true, hint: "How long the last push took, from sending to the acknowledgement", value: (proxy) => proxy.lastPushMs ?? -1, cell: (proxy) => milliseconds(proxy.lastPushMs) },
    { key: "identity", title: "Identity", value: (proxy) => proxy.identity ?? "", cell: (proxy) => <Identity identity={proxy.identity} /> },
    { key: "version", title: "Version", value: (proxy) => proxy.version ?? "", cell: (proxy) => proxy.version || "–" },
  ];
}

function FirstProblem(properties: { proxy: Proxy }) {
  const [first, ...rest] = properties.proxy.problems.map(problemText);
  if (!first) return <span class="dim">none</span>;
  return <span class="problem-cell" title={first.reason}>{first.reason}{rest.length > 0 ? <b> +{rest.length}</b> : null}</span>;
}

function Identity(properties: { identity: string }) {
  if (!properties.identity) return <span class="tone degraded">none</span>;
  const path = properties.identity.replace(/^spiffe:\/\/[^/]+/, "");
  return <span class="mono" title={properties.identity}>{path || properties.identity}</span>;
}

function matches(proxy: Proxy, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  const state = proxy.connected ? proxy.state : "DISCONNECTED";
  return [proxy.id, proxy.workload, `${proxy.namespace}/${proxy.workload}`, proxy.service, proxy.identity, proxy.address, proxy.version, state, state.replace("_", " ")].some((text) => (text ?? "").toLowerCase().includes(wanted));
}

export function ProxiesPage(properties: PageProperties) {
  const { live, address, change, now } = properties;
  const all = (live.proxies.data?.items ?? []).map((proxy) => ({ ...proxy, problems: proxy.problems ?? [] }));
  const rows = all.filter((proxy) => matches(proxy, address.search));
  const selected = all.find((proxy) => proxy.id === address.select);
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Proxies</h1>
        <Search label="Filter by name, state, identity" value={address.search} onChange={(search) => change({ search })} />
        <Summary proxies={all} />
        <span class="spring" />
        <CopyButton text="./heddle proxy-status">Copy as CLI</CopyButton>
      </div>
      <div class="split">
        <div class="stage">
          {all.length === 0 ? <NoProxies {...properties} /> : rows.length === 0
            ? <Empty title="Nothing matches the filter"><p>None of {plural(all.length, "proxy", "proxies")} has “{address.search}” in its name, state, identity or address.</p></Empty>
            : <Table label="Proxies" columns={columns(now)} rows={rows} id={(proxy) => proxy.id} name={(proxy) => `${proxy.namespace}/${proxy.workload}`} sort={address.sort} defaultSort="state.up" onSort={(sort) => change({ sort })} selected={address.select} onSelect={(select) => change({ select })} rowClass={rowClass} />}
        </div>
        {selected ? <ProxyPanel proxy={selected} now={now} onClose={() => change({ select: "" })} /> : null}
      </div>
    </div>
  );
}

function rowClass(proxy: Proxy): string {
  if (!proxy.connected || proxy.state === "REJECTED") return "bad";
  return proxy.problems.length > 0 ? "warned" : "";
}

function Summary(properties: { proxies: Proxy[] }) {
  const bad = properties.proxies.filter((proxy) => !proxy.connected || proxy.state === "REJECTED").length;
  const pending = properties.proxies.filter((proxy) => proxy.connected && (proxy.state === "STALE" || proxy.state === "NOT_SENT")).length;
  if (properties.proxies.length === 0) return null;
  return (
    <p class="summary">
      {plural(properties.proxies.length, "proxy", "proxies")}
      {bad > 0 ? <span class="tone failing"> · {bad} in trouble</span> : null}
      {pending > 0 ? <span class="tone degraded"> · {pending} pending</span> : null}
      {bad + pending === 0 ? <span class="tone good"> · all in sync</span> : null}
    </p>
  );
}

function NoProxies(properties: PageProperties) {
  const source = properties.live.proxies;
  if (source.data === undefined) return <Empty title={source.failure ? "The proxies cannot be read" : "Asking the control plane…"}><p>{source.failure ?? "The first answer comes in a moment."}</p></Empty>;
  return (
    <Empty title="No proxy has connected yet">
      <p>A sidecar appears here as soon as it opens its stream to this control plane, with what it has acknowledged. Start one:</p>
      <Command text="./heddle run --service hello.default --port 9080 -- python3 -m http.server 9080" />
      <p>A sidecar that is started but missing here cannot reach the control plane, or its join token was refused: its first log lines say which.</p>
    </Empty>
  );
}
