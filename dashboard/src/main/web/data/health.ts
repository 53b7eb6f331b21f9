// What counts as good, in one place: the legend, the map and the tables all ask here.
import type { GraphEdge, Proxy, ResourceDocument, SyncState } from "./api";

export type Health = "good" | "degraded" | "failing" | "idle";

export const DEGRADED_BELOW = 0.99;
export const FAILING_BELOW = 0.95;

/** Without a request in the window there is no success share to judge: such an edge is idle, not healthy. */
export function edgeHealth(edge: Pick<GraphEdge, "rate" | "success">): Health {
  if (!(edge.rate > 0) || edge.success === null) return "idle";
  if (edge.success < FAILING_BELOW) return "failing";
  return edge.success < DEGRADED_BELOW ? "degraded" : "good";
}

export type Security = "mtls" | "plaintext" | "unseen";

export const SECURITY_TEXT: Record<Security, string> = { mtls: "mutual TLS", plaintext: "plaintext", unseen: "security not seen" };

/** Plaintext is what the called side has seen, and nothing else: calls that never met it say nothing of a connection. */
export function edgeSecurity(edge: Pick<GraphEdge, "mtls">): Security {
  if (edge.mtls === null) return "unseen";
  return edge.mtls ? "mtls" : "plaintext";
}

const HEALTH_ORDER: Health[] = ["idle", "good", "degraded", "failing"];

/** The worst of several; idle when there is none. */
export function worst(healths: Health[]): Health {
  return healths.reduce<Health>((left, right) => (HEALTH_ORDER.indexOf(right) > HEALTH_ORDER.indexOf(left) ? right : left), "idle");
}

const STATE_ORDER: SyncState[] = ["REJECTED", "DISCONNECTED", "NOT_SENT", "STALE", "SYNCED"];

/** Sorting rank of a state: bad ones first. A state this dashboard does not know ranks as bad. */
export function stateRank(state: SyncState): number {
  return STATE_ORDER.indexOf(state);
}

/** Bad proxies first, then by name, so that trouble needs no scrolling. */
export function proxyRank(proxy: Proxy): number {
  const rank = proxy.connected ? stateRank(proxy.state) : Math.min(stateRank(proxy.state), stateRank("DISCONNECTED"));
  return proxy.problems.length > 0 ? rank - 0.5 : rank;
}

export type ResourceHealth = "refused" | "rejected" | "unresolved" | "pending" | "active" | "unused" | "unknown";

export function resourceHealth(resource: ResourceDocument): ResourceHealth {
  const status = resource.status;
  if (!status) return "unknown";
  if (!status.accepted) return "refused";
  if ((status.rejectedBy ?? []).length > 0) return "rejected";
  if ((status.warnings ?? []).length > 0) return "unresolved";
  if (!(status.proxies > 0)) return "unused";
  return status.activeOn < status.proxies ? "pending" : "active";
}

const RESOURCE_ORDER: ResourceHealth[] = ["refused", "rejected", "unresolved", "pending", "unknown", "unused", "active"];

export function resourceRank(resource: ResourceDocument): number {
  return RESOURCE_ORDER.indexOf(resourceHealth(resource));
}
