// The drawing of the map. Places come from the layout and change only when nodes or edges come or go.
import { useMemo, useRef } from "preact/hooks";
import type { Graph, GraphEdge, Grouping } from "../data/api";
import { edgeKey, nodeKey } from "../data/address";
import type { Point } from "../layout/curve";
import { layout, type Layout } from "../layout/layout";
import { linkKey } from "../layout/layers";
import { FitIcon, MinusIcon, PlusIcon } from "../parts/icons";
import { useCamera } from "./camera";
import { EdgeLabel, EdgeLine, type EdgeProperties } from "./edge";
import { focus, nodeFigures } from "./figures";
import { lowest, mapLabels } from "./labels";
import { Legend } from "./legend";
import { NodeCard } from "./node";

const MOTION_UP_TO = 60;

export interface GraphProperties {
  /** What is drawn. */
  graph: Graph;
  /** What the figures of the nodes come from: all edges, also those that are not drawn. */
  whole: Graph;
  by: Grouping;
  select: string;
  search: string;
  onSelect: (key: string) => void;
}

export function GraphView(properties: GraphProperties) {
  const { graph, by, select, search, onSelect } = properties;
  const placed = useLayout(graph);
  const figures = nodeFigures(properties.whole);
  const selectedEdge = graph.edges.find((edge) => edgeKey(edge) === select);
  const selectedNode = select.startsWith("node:") ? select.slice(5) : "";
  const bright = focus(graph, selectedNode, selectedEdge, search);
  const faded = (edge: GraphEdge) => isFaded(edge, bright, selectedNode, selectedEdge);
  const chosen = graph.edges.filter((edge) => edge === selectedEdge || (bright && !faded(edge))).map(linkKey);
  const labels = useLabels(placed, chosen);
  const content = { width: placed.width, height: Math.max(placed.height, lowest(labels)) };
  const camera = useCamera(content, selectedEdge ? middle(placed.nodes.get(selectedEdge.from), placed.nodes.get(selectedEdge.to)) : placed.nodes.get(selectedNode));
  const edges = graph.edges.flatMap<EdgeProperties>((edge) => {
    const link = placed.links.get(linkKey(edge));
    if (!link) return [];
    const id = edgeKey(edge);
    return [{
      edge, id, placed: link, label: labels.at.get(linkKey(edge)), detail: labels.detail, onSelect,
      selected: id === select,
      faded: faded(edge),
      moving: graph.edges.length <= MOTION_UP_TO,
    }];
  });
  const { view } = camera;
  return (
    <div class="map-frame" ref={camera.frame} onPointerDown={camera.onPointerDown}>
      <svg class="map" viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`} role="group" aria-label="Service graph; the button Table shows the same as a table">
        <Arrows />
        {placed.islandsTop === undefined || placed.islandsTop === 0 ? null : <text class="islands-title" x={0} y={placed.islandsTop - 14}>No call seen yet</text>}
        <g>{edges.map((edge) => <EdgeLine key={edge.id} {...edge} />)}</g>
        <g>
          {graph.nodes.map((node) => {
            const id = nodeKey(node.id);
            return <NodeCard key={id} id={id} node={node} at={placed.nodes.get(node.id)!} by={by} figures={figures.get(node.id)!} selected={id === select} faded={bright !== undefined && !bright.has(node.id)} onSelect={onSelect} />;
          })}
        </g>
        <g>{edges.map((edge) => <EdgeLabel key={edge.id} {...edge} />)}</g>
      </svg>
      <Legend />
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" class="button" aria-label="Zoom in" title="Zoom in (or Ctrl and wheel)" onClick={camera.zoomIn}><PlusIcon /></button>
        <button type="button" class="button" aria-label="Zoom out" title="Zoom out" onClick={camera.zoomOut}><MinusIcon /></button>
        <button type="button" class="button" aria-label="Show all" title="Show all" disabled={camera.fitted} onClick={camera.fit}><FitIcon /></button>
      </div>
    </div>
  );
}

function middle(one: Point | undefined, other: Point | undefined): Point | undefined {
  return one && other ? { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 } : undefined;
}

function isFaded(edge: GraphEdge, bright: Set<string> | undefined, selectedNode: string, selectedEdge: GraphEdge | undefined): boolean {
  if (selectedEdge) return edge !== selectedEdge;
  if (selectedNode) return edge.from !== selectedNode && edge.to !== selectedNode;
  return bright !== undefined && !(bright.has(edge.from) && bright.has(edge.to));
}

/** The layout of the graph's structure; the last one seeds the next, so that what was there stays where it was. */
function useLayout(graph: Graph): Layout {
  const previous = useRef<Layout>();
  const ids = graph.nodes.map((node) => node.id);
  const structure = [...ids, "|", ...graph.edges.map(linkKey)].sort().join("\n");
  return useMemo(() => {
    previous.current = layout(ids, graph.edges.map(({ from, to }) => ({ from, to })), previous.current);
    return previous.current;
  }, [structure]);
}

/** The labels' places; figures never move them, and on a map with room for all of them neither does the choice. */
function useLabels(placed: Layout, chosen: string[]) {
  return useMemo(() => mapLabels(placed, chosen), [placed, chosen.join("\n")]);
}

function Arrows() {
  return (
    <defs>
      {["good", "degraded", "failing", "idle"].map((health) => (
        <marker key={health} id={`arrow-${health}`} class={`arrow ${health}`} viewBox="0 0 10 10" refX={8.5} refY={5} markerWidth={9} markerHeight={9} markerUnits="userSpaceOnUse" orient="auto">
          <path d="M0.5,1 9,5 0.5,9z" />
        </marker>
      ))}
    </defs>
  );
}
