// Which of the map's labels are drawn, how much they show, and where. Pure: the same layout, the same labels.
import { placeLabels, type Box, type LabelWish, type PlacedLabel } from "../layout/labels";
import { NODE_HEIGHT, NODE_WIDTH, type Layout } from "../layout/layout";

/** How much a label shows; less on a crowded map. */
export type Detail = "full" | "tall" | "short";

export const LABEL = { full: { width: 156, height: 36 }, tall: { width: 104, height: 50 }, short: { width: 116, height: 20 } };

const FULL_UP_TO = 40;
const SHORT_UP_TO = 120;
/** Heights of a label that it may stand from its line before all labels become short to make room. */
const NEAR = 1.5;

export interface MapLabels {
  detail: Detail;
  /** The places by key of the link. */
  at: Map<string, PlacedLabel>;
}

/**
 * Labels with all figures when each finds a place on its own line or next to it, else short ones. With very many links only the
 * chosen ones have a label.
 */
export function mapLabels(placed: Layout, chosen: string[]): MapLabels {
  const keys = placed.links.size > SHORT_UP_TO ? chosen : [...placed.links.keys()];
  if (placed.links.size <= FULL_UP_TO) {
    const detail = placed.narrow ? "tall" : "full";
    const at = place(placed, keys, detail);
    const away = ({ y, tie }: PlacedLabel) => (tie ? Math.abs(y - tie.y) / LABEL[detail].height : 0);
    if ([...at.values()].every((label) => away(label) <= NEAR)) return { detail, at };
  }
  return { detail: "short", at: place(placed, keys, "short") };
}

/** The lower edge of the lowest label. */
export function lowest(labels: MapLabels): number {
  return Math.max(0, ...[...labels.at.values()].map((label) => label.y + LABEL[labels.detail].height / 2));
}

function place(placed: Layout, keys: string[], detail: Detail): Map<string, PlacedLabel> {
  const wishes = keys.flatMap<LabelWish>((key) => {
    const link = placed.links.get(key);
    return link ? [{ key, points: link.label ? [link.label] : link.points, ...LABEL[detail] }] : [];
  });
  return placeLabels(wishes, covered(placed));
}

/** The nodes, and the title over those without calls. */
function covered(placed: Layout): Box[] {
  const nodes = [...placed.nodes.values()].map(({ x, y }) => ({ x, y, width: NODE_WIDTH, height: NODE_HEIGHT }));
  return placed.islandsTop ? [...nodes, { x: 60, y: placed.islandsTop - 18, width: 120, height: 20 }] : nodes;
}
