// Step two of the layout: who stands above whom in a column, with few crossings (barycenter sweeps, best kept).
import type { Link } from "./layers";

/** A column entry: a vertex, or the bend of a link that passes through this column. */
export interface Slot {
  id: string;
  bend: boolean;
}

export interface Ordered {
  columns: Slot[][];
  /** Links between neighbouring columns only; long links are chains of bends. */
  segments: Link[];
}

const SWEEPS = 12;

export function bendId(link: Link, column: number): string {
  return `${link.from}>${link.to}@${column}`;
}

/** `remembered` gives the old vertical positions; they seed the order, so that a new vertex does not shuffle the rest. */
export function order(ids: string[], links: Link[], column: Map<string, number>, remembered: Map<string, number>): Ordered {
  const columns: Slot[][] = [];
  const put = (index: number, slot: Slot) => (columns[index] ??= []).push(slot);
  ids.forEach((id) => put(column.get(id)!, { id, bend: false }));
  const segments: Link[] = [];
  for (const link of links) {
    let previous = link.from;
    for (let index = column.get(link.from)! + 1; index < column.get(link.to)!; index++) {
      const bend = bendId(link, index);
      put(index, { id: bend, bend: true });
      segments.push({ from: previous, to: bend });
      previous = bend;
    }
    segments.push({ from: previous, to: link.to });
  }
  columns.forEach((slots) => slots.sort(bySeed(remembered)));
  return { columns: sweep(columns, segments), segments };
}

function bySeed(remembered: Map<string, number>): (left: Slot, right: Slot) => number {
  return (left, right) => {
    const above = remembered.get(left.id);
    const below = remembered.get(right.id);
    if (above !== undefined && below !== undefined && above !== below) return above - below;
    return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
  };
}

function sweep(start: Slot[][], segments: Link[]): Slot[][] {
  const sources = neighbours(segments, "to", "from");
  const targets = neighbours(segments, "from", "to");
  const work = start.map((slots) => [...slots]);
  let best = start;
  let fewest = crossings(start, segments);
  for (let round = 0; round < SWEEPS && fewest > 0; round++) {
    const rightward = round % 2 === 0;
    const indices = work.map((_, index) => index).slice(1);
    const sequence = rightward ? indices : indices.map((index) => index - 1).reverse();
    for (const index of sequence) {
      const fixed = positions(work[rightward ? index - 1 : index + 1]!);
      work[index] = arranged(work[index]!, rightward ? sources : targets, fixed);
    }
    const found = crossings(work, segments);
    if (found < fewest) {
      fewest = found;
      best = work.map((slots) => [...slots]);
    }
  }
  return best;
}

function arranged(slots: Slot[], neighbour: Map<string, string[]>, fixed: Map<string, number>): Slot[] {
  const centre = new Map(
    slots.map((slot, index) => {
      const at = (neighbour.get(slot.id) ?? []).map((id) => fixed.get(id)).filter((place) => place !== undefined);
      return [slot.id, at.length > 0 ? at.reduce((sum, place) => sum + place, 0) / at.length : index];
    }),
  );
  return [...slots].sort((left, right) => centre.get(left.id)! - centre.get(right.id)!);
}

/** How many pairs of segments cross, over all columns. */
export function crossings(columns: Slot[][], segments: Link[]): number {
  let total = 0;
  for (let index = 0; index + 1 < columns.length; index++) {
    const left = positions(columns[index]!);
    const right = positions(columns[index + 1]!);
    const between = segments
      .filter((segment) => left.has(segment.from) && right.has(segment.to))
      .map((segment) => [left.get(segment.from)!, right.get(segment.to)!] as const)
      .sort((one, other) => one[0] - other[0] || one[1] - other[1])
      .map((pair) => pair[1]);
    total += inversions(between);
  }
  return total;
}

/** Pairs out of order, by merge sort. */
function inversions(values: number[]): number {
  if (values.length < 2) return 0;
  const middle = values.length >> 1;
  const left = values.slice(0, middle);
  const right = values.slice(middle);
  let found = inversions(left) + inversions(right);
  let taken = 0;
  let place = 0;
  for (const value of right) {
    while (taken < left.length && left[taken]! <= value) values[place++] = left[taken++]!;
    found += left.length - taken;
    values[place++] = value;
  }
  while (taken < left.length) values[place++] = left[taken++]!;
  return found;
}

function positions(slots: Slot[]): Map<string, number> {
  return new Map(slots.map((slot, index) => [slot.id, index]));
}

export function neighbours(segments: Link[], key: "from" | "to", value: "from" | "to"): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const segment of segments) {
    const list = found.get(segment[key]) ?? [];
    list.push(segment[value]);
    found.set(segment[key], list);
  }
  return found;
}
