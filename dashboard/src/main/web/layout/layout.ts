// The map's layout: start reading here. Columns by longest path, order by barycenter, heights by least squares, curves.
import { curve, loop, type Point } from "./curve";
import { columns, linkKey, withoutCycles, type Link } from "./layers";
import { bendId, order, type Ordered } from "./order";
import { verticals } from "./place";

export const NODE_WIDTH = 168;
export const NODE_HEIGHT = 68;
const COLUMN_GAP = 196;
const NARROW_GAP = 138;
const NARROW_FROM_COLUMNS = 5;
const ROW_GAP = 44;
const BEND_HEIGHT = 16;
const ISLAND_GAP = 70;
const PORT_DISTANCE = 16;

export interface PlacedLink {
  path: string;
  points: Point[];
  /** Set for a call to itself, whose label has a place of its own. */
  label?: Point;
}

export interface Layout {
  nodes: Map<string, Point>;
  links: Map<string, PlacedLink>;
  /** Top of the row of nodes without any link, when there are some. */
  islandsTop?: number;
  /** Long chains stand closer, so that the whole still fits a screen; their labels must be narrower. */
  narrow: boolean;
  width: number;
  height: number;
}

/** The picture depends on ids and links only, so figures never move it; `previous` keeps places when something is added. */
export function layout(ids: string[], links: Link[], previous?: Layout): Layout {
  const known = new Set(ids);
  const usable = links.filter((link) => known.has(link.from) && known.has(link.to)).sort(byKey);
  const linked = new Set(usable.filter((link) => link.from !== link.to).flatMap((link) => [link.from, link.to]));
  const mainIds = ids.filter((id) => linked.has(id)).sort();
  const islands = ids.filter((id) => !linked.has(id)).sort();
  const acyclic = withoutCycles(mainIds, usable);
  const column = columns(mainIds, acyclic.links);
  const remembered = new Map([...(previous?.nodes ?? [])].map(([id, at]) => [id, at.y]));
  const ordered = order(mainIds, acyclic.links, column, remembered);
  const height = verticals(ordered, { vertex: NODE_HEIGHT, bend: BEND_HEIGHT, gap: ROW_GAP });
  const narrow = ordered.columns.length >= NARROW_FROM_COLUMNS;
  const slotX = (index: number) => NODE_WIDTH / 2 + index * (NODE_WIDTH + (narrow ? NARROW_GAP : COLUMN_GAP));
  const nodes = new Map(mainIds.map((id) => [id, { x: slotX(column.get(id)!), y: height.get(id)! }]));
  const mainHeight = Math.max(0, ...[...nodes.values()].map((at) => at.y + NODE_HEIGHT / 2), ...bendBottoms(ordered, height));
  const mainWidth = ordered.columns.length === 0 ? 0 : slotX(ordered.columns.length - 1) + NODE_WIDTH / 2;
  const islandsTop = islands.length === 0 ? undefined : mainHeight === 0 ? 0 : mainHeight + ISLAND_GAP;
  const extent = placeIslands(islands, islandsTop ?? 0, mainWidth, nodes);
  return {
    nodes,
    links: placeLinks(usable, { nodes, column, height, turned: acyclic.turned, slotX }),
    islandsTop,
    narrow,
    width: Math.max(mainWidth, extent.width),
    height: Math.max(mainHeight, extent.height),
  };
}

function byKey(left: Link, right: Link): number {
  return linkKey(left) < linkKey(right) ? -1 : 1;
}

function bendBottoms(ordered: Ordered, height: Map<string, number>): number[] {
  return ordered.columns.flat().filter((slot) => slot.bend).map((slot) => height.get(slot.id)! + BEND_HEIGHT / 2);
}

/** Nodes without links stand in rows under the rest, as wide as it is. */
function placeIslands(ids: string[], top: number, mainWidth: number, nodes: Map<string, Point>): { width: number; height: number } {
  const pitch = NODE_WIDTH + 24;
  const perRow = Math.max(4, Math.floor((mainWidth + 24) / pitch));
  ids.forEach((id, index) => {
    const row = Math.floor(index / perRow);
    nodes.set(id, { x: NODE_WIDTH / 2 + (index % perRow) * pitch, y: top + NODE_HEIGHT / 2 + row * (NODE_HEIGHT + 20) });
  });
  const rows = Math.ceil(ids.length / perRow);
  return { width: Math.min(ids.length, perRow) * pitch - 24, height: rows === 0 ? 0 : top + rows * (NODE_HEIGHT + 20) - 20 };
}

interface Routing {
  nodes: Map<string, Point>;
  column: Map<string, number>;
  height: Map<string, number>;
  turned: Set<string>;
  slotX: (column: number) => number;
}

function placeLinks(links: Link[], routing: Routing): Map<string, PlacedLink> {
  const placed = new Map<string, PlacedLink>();
  const straight = links.filter((link) => link.from !== link.to);
  const ports = assignPorts(straight, routing);
  for (const link of straight) {
    const key = linkKey(link);
    const turned = routing.turned.has(key);
    const start = ports.get(`${key}/from`)!;
    const end = ports.get(`${key}/to`)!;
    const bends = bendsOf(link, routing);
    const points = [start, ...(turned ? bends.reverse() : bends), end];
    placed.set(key, { points, path: curve(points) });
  }
  for (const link of links.filter((candidate) => candidate.from === candidate.to)) {
    const { path, label } = loop(routing.nodes.get(link.from)!, NODE_WIDTH, NODE_HEIGHT);
    placed.set(linkKey(link), { points: [], path, label });
  }
  return placed;
}

/** The bends of a link from left to right. */
function bendsOf(link: Link, routing: Routing): Point[] {
  const forward = routing.turned.has(linkKey(link)) ? { from: link.to, to: link.from } : link;
  const points: Point[] = [];
  for (let index = routing.column.get(forward.from)! + 1; index < routing.column.get(forward.to)!; index++) {
    points.push({ x: routing.slotX(index), y: routing.height.get(bendId(forward, index))! });
  }
  return points;
}

/** Spreads the links of one side of a node along that side, in the order of their other ends, so that they do not merge. */
function assignPorts(links: Link[], routing: Routing): Map<string, Point> {
  const sides = new Map<string, { name: string; towards: number }[]>();
  const put = (side: string, name: string, towards: number) => sides.set(side, [...(sides.get(side) ?? []), { name, towards }]);
  for (const link of links) {
    const key = linkKey(link);
    const turned = routing.turned.has(key);
    const bends = bendsOf(link, routing);
    const leftEnd = turned ? link.to : link.from;
    const rightEnd = turned ? link.from : link.to;
    const nearLeft = bends[0] ?? routing.nodes.get(rightEnd)!;
    const nearRight = bends[bends.length - 1] ?? routing.nodes.get(leftEnd)!;
    put(`right ${leftEnd}`, `${key}/${turned ? "to" : "from"}`, nearLeft.y);
    put(`left ${rightEnd}`, `${key}/${turned ? "from" : "to"}`, nearRight.y);
  }
  const ports = new Map<string, Point>();
  for (const [side, ends] of sides) {
    const right = side.startsWith("right ");
    const centre = routing.nodes.get(side.slice(right ? 6 : 5))!;
    const distance = Math.min(PORT_DISTANCE, (NODE_HEIGHT - 20) / Math.max(1, ends.length - 1));
    ends.sort((one, other) => one.towards - other.towards || (one.name < other.name ? -1 : 1));
    ends.forEach((end, index) => {
      const shift = (index - (ends.length - 1) / 2) * distance;
      ports.set(end.name, { x: centre.x + ((right ? 1 : -1) * NODE_WIDTH) / 2, y: centre.y + shift });
    });
  }
  return ports;
}
