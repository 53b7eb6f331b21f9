// Where the links' labels stand: on their link, near its middle, moved along it where it would lie on another or a node.
import { along, type Point } from "./curve";

export interface LabelWish {
  key: string;
  points: Point[];
  width: number;
  height: number;
}

const SHARES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8];

/** What a label must not cover: its middle and its size. */
export interface Box extends Point {
  width: number;
  height: number;
}

/** Greedy and in the given order: the first free share of the longest piece; when all are taken, the middle. */
export function placeLabels(wishes: LabelWish[], nodes: Box[]): Map<string, Point> {
  const taken = [...nodes];
  const found = new Map<string, Point>();
  for (const wish of wishes) {
    const candidates = pieces(wish.points).flatMap(([from, to]) => SHARES.map((share) => along(from, to, share)));
    const free = candidates.find((at) => taken.every((box) => !overlaps(at, wish, box)));
    const chosen = free ?? candidates[0];
    if (!chosen) continue;
    taken.push({ ...chosen, width: wish.width, height: wish.height });
    found.set(wish.key, chosen);
  }
  return found;
}

/** Neighbouring points as pairs; the ones beside the middle of the whole link first. */
function pieces(points: Point[]): [Point, Point][] {
  const pairs = points.slice(1).map((point, index) => [points[index]!, point] as [Point, Point]);
  const middle = (pairs.length - 1) / 2;
  return pairs
    .map((pair, index) => ({ pair, distance: Math.abs(index - middle) }))
    .sort((left, right) => left.distance - right.distance)
    .map((entry) => entry.pair);
}

function overlaps(at: Point, wish: LabelWish, box: Box): boolean {
  const apartX = Math.abs(at.x - box.x) >= (wish.width + box.width) / 2 + 4;
  const apartY = Math.abs(at.y - box.y) >= (wish.height + box.height) / 2 + 3;
  return !apartX && !apartY;
}
