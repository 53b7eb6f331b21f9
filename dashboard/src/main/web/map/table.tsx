// The map's data as a table.
import type { GraphEdge } from "../data/api";
import { edgeKey } from "../data/address";
import { edgeHealth, edgeSecurity, SECURITY_TEXT } from "../data/health";
import { count, milliseconds, percent, rate } from "../data/format";
import { LockIcon, OpenLockIcon } from "../parts/icons";
import { Table, type Column } from "../parts/table";

const UNMEASURED = -1;
const measured = (edge: GraphEdge, value: number | null) => (edge.rate > 0 ? (value ?? UNMEASURED) : UNMEASURED);

const COLUMNS: Column<GraphEdge>[] = [
  { key: "from", title: "From", value: (edge) => edge.from, cell: (edge) => <Name id={edge.from} /> },
  { key: "to", title: "To", value: (edge) => edge.to, cell: (edge) => <Name id={edge.to} /> },
  { key: "mtls", title: "Security", value: (edge) => (edge.mtls === null ? 1 : edge.mtls ? 2 : 0), cell: (edge) => <SecurityCell edge={edge} /> },
  { key: "rate", title: "Requests/s", numeric: true, value: (edge) => edge.rate, cell: (edge) => rate(edge.rate) },
  { key: "success", title: "Success", numeric: true, hint: "Share of requests that got a good answer, over the window; 4xx and 5xx are errors", value: (edge) => measured(edge, edge.success), cell: (edge) => <span class={`tone ${edgeHealth(edge)}`}>{edge.rate > 0 ? percent(edge.success) : "no traffic"}</span> },
  { key: "p50", title: "p50", numeric: true, value: (edge) => measured(edge, edge.p50_ms), cell: (edge) => milliseconds(edge.rate > 0 ? edge.p50_ms : undefined) },
  { key: "p99", title: "p99", numeric: true, value: (edge) => measured(edge, edge.p99_ms), cell: (edge) => milliseconds(edge.rate > 0 ? edge.p99_ms : undefined) },
  { key: "requests", title: "Requests in all", numeric: true, hint: "Since the control plane first saw the edge", value: (edge) => edge.requests, cell: (edge) => count(edge.requests) },
  { key: "errors", title: "Errors", numeric: true, hint: "Failed requests of the window, by response code or flag", value: errorTotal, cell: (edge) => <Errors edge={edge} /> },
];

export function EdgeTable(properties: { edges: GraphEdge[]; sort: string; select: string; onSort: (sort: string) => void; onSelect: (key: string) => void }) {
  return (
    <Table label="Calls between services" columns={COLUMNS} rows={properties.edges} id={edgeKey} name={(edge) => `${edge.from} to ${edge.to}`} sort={properties.sort} defaultSort="rate.down" onSort={properties.onSort} selected={properties.select} onSelect={properties.onSelect} />
  );
}

function errorTotal(edge: GraphEdge): number {
  return Object.values(edge.errors ?? {}).reduce((sum, amount) => sum + amount, 0);
}

function Name(properties: { id: string }) {
  const slash = properties.id.indexOf("/");
  return <><span class="dim">{properties.id.slice(0, slash + 1)}</span>{properties.id.slice(slash + 1)}</>;
}

function SecurityCell(properties: { edge: GraphEdge }) {
  if (properties.edge.mtls === null) return <span class="dim">{SECURITY_TEXT.unseen}</span>;
  return properties.edge.mtls
    ? <span class="security-cell closed"><LockIcon size={13} />mTLS</span>
    : <span class="security-cell open"><OpenLockIcon size={13} />{SECURITY_TEXT[edgeSecurity(properties.edge)]}</span>;
}

function Errors(properties: { edge: GraphEdge }) {
  const errors = Object.entries(properties.edge.errors ?? {});
  if (errors.length === 0) return <span class="dim">none</span>;
  return <>{errors.map(([code, amount]) => <span key={code} class="error-count"><code>{code}</code> {count(amount)}</span>)}</>;
}
