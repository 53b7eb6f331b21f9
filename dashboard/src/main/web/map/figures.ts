// Figures of nodes and of the whole map, from its edges. Pure.
import type { Graph, GraphEdge, GraphNode, Grouping } from "../data/api";
import { edgeHealth, worst, type Health } from "../data/health";

export interface NodeFigures {
  incoming: GraphEdge[];
  outgoing: GraphEdge[];
  rateIn: number;
  rateOut: number;
  /** Of the calls to this node; absent when there were none in the window. */
  success?: number;
  health: Health;
}

export function nodeTitle(node: GraphNode, by: Grouping): string {
  return (by === "workload" ? node.workload || idName(node.id) : node.service || node.workload) || idName(node.id);
}

export function idName(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}

export function nodeFigures(graph: Graph): Map<string, NodeFigures> {
  return new Map(graph.nodes.map((node) => {
    const incoming = graph.edges.filter((edge) => edge.to === node.id);
    const outgoing = graph.edges.filter((edge) => edge.from === node.id);
    return [node.id, { incoming, outgoing, rateIn: totalRate(incoming), rateOut: totalRate(outgoing), success: success(incoming), health: worst(incoming.map(edgeHealth)) }];
  }));
}

export function totalRate(edges: GraphEdge[]): number {
  return edges.reduce((sum, edge) => sum + edge.rate, 0);
}

/** The share of calls that succeeded, each edge weighed by its rate. */
export function success(edges: GraphEdge[]): number | undefined {
  const rate = totalRate(edges);
  if (!(rate > 0)) return undefined;
  return edges.filter((edge) => edge.rate > 0).reduce((sum, edge) => sum + (edge.success ?? 0) * edge.rate, 0) / rate;
}

export function activeEdges(edges: GraphEdge[]): GraphEdge[] {
  return edges.filter((edge) => edge.rate > 0);
}

export function slowest(edges: GraphEdge[]): GraphEdge | undefined {
  return activeEdges(edges).reduce<GraphEdge | undefined>((found, edge) => (!found || (edge.p99_ms ?? 0) > (found.p99_ms ?? 0) ? edge : found), undefined);
}

/** Stroke width by rate: each tenfold rate is one and a bit wider, so that 1/s and 1,000/s both stay readable. */
export function edgeWidth(rate: number): number {
  return rate > 0 ? Math.min(6, 1.6 + 1.2 * Math.log10(1 + rate)) : 1.4;
}

/** Speed step 1 to 4 of the moving dashes. */
export function flowStep(rate: number): number {
  return rate < 1 ? 1 : rate < 10 ? 2 : rate < 100 ? 3 : 4;
}

export function nodeMatches(node: GraphNode, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return [node.id, node.service, node.workload, ...(node.versions ?? [])].some((text) => (text ?? "").toLowerCase().includes(wanted));
}

export function edgeMatches(edge: GraphEdge, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return edge.from.toLowerCase().includes(wanted) || edge.to.toLowerCase().includes(wanted);
}

/** What stays bright: the selection with its neighbours, else what the search finds with its neighbours; nothing = all. */
export function focus(graph: Graph, selectedNode: string, selectedEdge: GraphEdge | undefined, search: string): Set<string> | undefined {
  if (selectedEdge) return new Set([selectedEdge.from, selectedEdge.to]);
  const roots = selectedNode ? [selectedNode] : search.trim() ? graph.nodes.filter((node) => nodeMatches(node, search)).map((node) => node.id) : undefined;
  if (!roots) return undefined;
  const around = graph.edges.flatMap((edge) => (roots.includes(edge.from) ? [edge.to] : roots.includes(edge.to) ? [edge.from] : []));
  return new Set([...roots, ...around]);
}

const WHOLE_UP_TO = 40;

/** On a large map a search shows only what it finds with its neighbours; a small one stays whole and fades the rest. */
export function part(graph: Graph, search: string): Graph {
  if (!search.trim() || graph.nodes.length <= WHOLE_UP_TO) return graph;
  const found = new Set(graph.nodes.filter((node) => nodeMatches(node, search)).map((node) => node.id));
  const edges = graph.edges.filter((edge) => found.has(edge.from) || found.has(edge.to));
  const kept = new Set([...found, ...edges.flatMap((edge) => [edge.from, edge.to])]);
  return { ...graph, nodes: graph.nodes.filter((node) => kept.has(node.id)), edges };
}
