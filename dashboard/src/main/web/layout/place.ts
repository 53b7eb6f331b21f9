// Step three of the layout: vertical positions. Every vertex is drawn to the middle of its neighbours, in its order and
// with its distance kept; per column this is an exact least-squares fit (pooling of adjacent violators).
import { neighbours, type Ordered, type Slot } from "./order";

const PASSES = 14;

export interface Heights {
  vertex: number;
  bend: number;
  gap: number;
}

/** The vertical centre of every slot; the topmost edge of all is at zero. */
export function verticals(ordered: Ordered, heights: Heights): Map<string, number> {
  const place = new Map<string, number>();
  ordered.columns.forEach((slots) => {
    const offset = offsets(slots, heights);
    const middle = (offset[offset.length - 1] ?? 0) / 2;
    slots.forEach((slot, index) => place.set(slot.id, offset[index]! - middle));
  });
  const sources = neighbours(ordered.segments, "to", "from");
  const targets = neighbours(ordered.segments, "from", "to");
  for (let pass = 0; pass < PASSES; pass++) {
    const sequence = pass % 2 === 0 ? ordered.columns : [...ordered.columns].reverse();
    for (const slots of sequence) settle(slots, heights, place, [sources, targets]);
  }
  return lifted(place, ordered, heights);
}

function settle(slots: Slot[], heights: Heights, place: Map<string, number>, sides: Map<string, string[]>[]): void {
  const offset = offsets(slots, heights);
  const wanted = slots.map((slot, index) => {
    const around = sides.flatMap((side) => side.get(slot.id) ?? []).map((id) => place.get(id)!);
    const centre = around.length > 0 ? around.reduce((sum, at) => sum + at, 0) / around.length : place.get(slot.id)!;
    return centre - offset[index]!;
  });
  ascending(wanted).forEach((at, index) => place.set(slots[index]!.id, at + offset[index]!));
}

/** Distance of each slot's centre from the first one's when they stand as tight as allowed. */
function offsets(slots: Slot[], heights: Heights): number[] {
  const half = (slot: Slot) => (slot.bend ? heights.bend : heights.vertex) / 2;
  const found: number[] = [];
  slots.forEach((slot, index) => {
    const before = slots[index - 1];
    found.push(before ? found[index - 1]! + half(before) + heights.gap + half(slot) : 0);
  });
  return found;
}

/** The non-descending sequence nearest to the given one (least squares). */
export function ascending(values: number[]): number[] {
  const blocks: { sum: number; size: number }[] = [];
  for (const value of values) {
    let block = { sum: value, size: 1 };
    let last = blocks[blocks.length - 1];
    while (last && last.sum / last.size > block.sum / block.size) {
      block = { sum: block.sum + last.sum, size: block.size + last.size };
      blocks.pop();
      last = blocks[blocks.length - 1];
    }
    blocks.push(block);
  }
  return blocks.flatMap((block) => Array<number>(block.size).fill(block.sum / block.size));
}

function lifted(place: Map<string, number>, ordered: Ordered, heights: Heights): Map<string, number> {
  const tops = ordered.columns.flat().map((slot) => place.get(slot.id)! - (slot.bend ? heights.bend : heights.vertex) / 2);
  const top = tops.reduce((least, at) => Math.min(least, at), Infinity);
  return new Map([...place].map(([id, at]) => [id, at - top]));
}

