// Where the links' labels stand: on their link, near its middle, moved along it where it would lie on another or a node.
// Only where a link has no free place does its label leave it, straight up or down, and is tied to it by a short line.
import { along, type Point } from "./curve";

export interface LabelWish {
  key: string;
  /** Start, bends and end of the link; a single point is the only place that is wished for. */
  points: Point[];
  width: number;
  height: number;
}

/** What a label must not cover: its middle and its size. */
export interface Box extends Point {
  width: number;
  height: number;
}

export interface PlacedLabel extends Point {
  /** The point of the link that the label belongs to, when the label could not stand on it. */
  tie?: Point;
}

/** A point of the link, and how far the label has slid to get there. */
interface Place extends Point {
  slid: number;
}

const STEPS = 24;
const APART_X = 4;
const APART_Y = 3;
/** How far a label may reach above the topmost node; below the lowest there is always room. */
const HIGHEST = -28;
/** A pixel off the line is worse than four along it, and a label that no longer touches its line is worse than any slide. */
const OFF_LINE = 4;
const UNTIED = 100_000;

/**
 * No label on another nor on a node, whatever the graph. Links with the least room choose first, so that a long link
 * leaves the only gap to a short one. The result does not depend on the order of the wishes.
 */
export function placeLabels(wishes: LabelWish[], nodes: Box[]): Map<string, PlacedLabel> {
  const taken = [...nodes];
  const found = new Map<string, PlacedLabel>();
  const open = wishes
    .map((wish) => ({ wish, places: places(wish.points) }))
    .filter((entry) => entry.places.length > 0)
    .map((entry) => ({ ...entry, room: room(entry.wish, entry.places, nodes) }));
  open.sort((one, other) => one.room - other.room || (one.wish.key < other.wish.key ? -1 : 1));
  for (const { wish, places } of open) {
    const label = best(wish, places, taken);
    taken.push({ x: label.x, y: label.y, width: wish.width, height: wish.height });
    found.set(wish.key, label);
  }
  return found;
}

/** How many of the link's places no node covers. */
function room(wish: LabelWish, places: Place[], nodes: Box[]): number {
  return places.filter((place) => freeHeight(place, wish, nodes) === place.y).length;
}

function best(wish: LabelWish, places: Place[], taken: Box[]): PlacedLabel {
  let least = Infinity;
  let label: PlacedLabel = places[0]!;
  for (const place of places) {
    if (place.slid >= least) break;
    const y = freeHeight(place, wish, taken);
    const shift = Math.abs(y - place.y);
    const tied = shift > wish.height / 2;
    const cost = place.slid + OFF_LINE * shift + (tied ? UNTIED + OFF_LINE * OFF_LINE * shift : 0);
    if (cost >= least) continue;
    least = cost;
    label = tied ? { x: place.x, y, tie: { x: place.x, y: place.y } } : { x: place.x, y };
  }
  return label;
}

/** The height nearest to the place's own at which the label covers nothing that is taken. */
function freeHeight(place: Point, wish: LabelWish, taken: Box[]): number {
  const above = (box: Box) => box.y - (wish.height + box.height) / 2 - APART_Y;
  const below = (box: Box) => box.y + (wish.height + box.height) / 2 + APART_Y;
  const beside = taken
    .filter((box) => Math.abs(place.x - box.x) < (wish.width + box.width) / 2 + APART_X)
    .sort((one, other) => above(one) - above(other));
  let down = place.y;
  for (const box of beside) {
    if (above(box) < down && down < below(box)) down = below(box);
  }
  let up = place.y;
  for (const box of beside.sort((one, other) => below(other) - below(one))) {
    if (above(box) < up && up < below(box)) up = above(box);
  }
  const tooHigh = up - wish.height / 2 < HIGHEST;
  return !tooHigh && place.y - up <= down - place.y ? up : down;
}

/** Places all along the link, the middle of its middle piece first, then by the way from there. */
function places(points: Point[]): Place[] {
  const [only] = points;
  if (!only) return [];
  if (points.length === 1) return [{ ...only, slid: 0 }];
  const pieces = points.slice(1).map((point, index) => [points[index]!, point] as const);
  const home = along(...pieces[(pieces.length - 1) >> 1]!, 0.5);
  return pieces
    .flatMap(([from, to]) => Array.from({ length: STEPS - 1 }, (_, step) => along(from, to, (step + 1) / STEPS)))
    .map((at) => ({ ...at, slid: Math.hypot(at.x - home.x, at.y - home.y) }))
    .sort((one, other) => one.slid - other.slid || one.x - other.x);
}
