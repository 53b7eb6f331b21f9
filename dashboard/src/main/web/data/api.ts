// The control plane's REST answers, as the dashboard reads them. One file, so that a change of the API is found here.

/** One service (or one workload, when grouped by version) that the mesh has seen. */
export interface GraphNode {
  id: string;
  namespace: string;
  service: string;
  workload: string;
  versions: string[];
}

/** Calls from one node to another. `requests` counts since the graph first saw the edge; the rest is over the window. */
export interface GraphEdge {
  from: string;
  to: string;
  requests: number;
  rate: number;
  /** 1 when there were no requests in the window. */
  /** Share of good answers in the window; null without a request. */
  success: number | null;
  p50_ms: number | null;
  p99_ms: number | null;
  /** Whether all connections were mutual TLS, as the called side saw them. */
  /** Whether every connection was mutual TLS; null when the called side has seen none. */
  mtls: boolean | null;
  /** Failed requests of the window by response code, or by response flag where the code is no error. */
  errors: Record<string, number>;
}

export interface Graph {
  windowSeconds: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export type SyncState = "SYNCED" | "STALE" | "REJECTED" | "NOT_SENT" | "DISCONNECTED";

/** The xDS types that a proxy subscribes to, in the order in which they depend on each other. */
export const XDS_TYPES = ["LDS", "CDS", "RDS", "EDS", "SDS"] as const;
export type XdsType = (typeof XDS_TYPES)[number];

export interface Problem {
  severity?: string;
  object?: string;
  path?: string;
  reason: string;
  remedy?: string;
}

export interface Proxy {
  id: string;
  workload: string;
  namespace: string;
  service: string;
  identity: string;
  address: string;
  version: string;
  connected: boolean;
  /** When it connected; for one that is gone, when it left. */
  connectedSince: string;
  state: SyncState;
  types: Partial<Record<XdsType, SyncState>>;
  lastPushMs?: number;
  problems: (Problem | string)[];
  ports: Record<string, number>;
}

export interface Proxies {
  items: Proxy[];
}

export interface Mesh {
  /** What the sources of configuration could not read. */
  problems?: (Problem | string)[];
  trustDomain: string;
  rootExpiresAt: string;
  proxies: { connected: number; synced: number };
  resources: Record<string, number>;
}

export interface ResourceStatus {
  accepted: boolean;
  problems?: (Problem | string)[];
  /** What of it leads nowhere now, although it takes part. */
  warnings?: (Problem | string)[];
  /** Proxies that acknowledged a configuration with it, or need no change for it. */
  activeOn: number;
  /** All connected proxies. */
  proxies: number;
  rejectedBy: { proxy: string; reason: string }[];
  liveAfterMs?: number;
}

/** A resource as its user wrote it, with the status that the control plane adds. */
export interface ResourceDocument {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; creationTimestamp?: string; generation?: number } & Record<string, unknown>;
  status?: ResourceStatus;
  [field: string]: unknown;
}

export interface Resources {
  items: ResourceDocument[];
}

export type Grouping = "service" | "workload";

/** Problems come as objects; a proxy's own rejection can be one plain sentence. */
export function problemText(problem: Problem | string): Problem {
  return typeof problem === "string" ? { reason: problem } : problem;
}
