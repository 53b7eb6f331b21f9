// One node of the map: namespace, name, versions, and the rate of calls to it.
import type { GraphNode, Grouping } from "../data/api";
import { percent, rate, shortened } from "../data/format";
import type { Point } from "../layout/curve";
import { NODE_HEIGHT, NODE_WIDTH } from "../layout/layout";
import { nodeTitle, type NodeFigures } from "./figures";

export interface NodeProperties {
  node: GraphNode;
  id: string;
  at: Point;
  by: Grouping;
  figures: NodeFigures;
  selected: boolean;
  faded: boolean;
  onSelect: (id: string) => void;
}

const LEFT = -NODE_WIDTH / 2;
const TOP = -NODE_HEIGHT / 2;

export function NodeCard(properties: NodeProperties) {
  const { node, id, at, by, figures, selected, faded } = properties;
  const title = nodeTitle(node, by);
  const versions = (node.versions ?? []).join(" ");
  const description = nodeDescription(node, title, figures);
  const choose = () => properties.onSelect(selected ? "" : id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose();
  };
  return (
    <g class={`node ${figures.health}${selected ? " selected" : ""}${faded ? " faded" : ""}`} data-key={id} transform={`translate(${at.x},${at.y})`} tabindex={0} role="button" aria-pressed={selected} aria-label={description} onClick={choose} onKeyDown={onKeyDown}>
      <title>{description}</title>
      <rect class="node-card" x={LEFT} y={TOP} width={NODE_WIDTH} height={NODE_HEIGHT} rx={11} />
      <rect class="node-health" x={LEFT + 8} y={TOP + 12} width={4} height={NODE_HEIGHT - 24} rx={2} />
      <text class="node-namespace" x={LEFT + 22} y={TOP + 19}>{shortened(node.namespace, 24)}</text>
      <text class="node-name" x={LEFT + 22} y={TOP + 38}>{shortened(title, 18)}</text>
      <text class="node-versions" x={LEFT + 22} y={TOP + 56}>{shortened(versions, 14)}</text>
      <text class="node-rate" x={-LEFT - 12} y={TOP + 56} text-anchor="end">{rateText(figures)}</text>
    </g>
  );
}

function rateText(figures: NodeFigures): string {
  if (figures.incoming.length > 0) return `${rate(figures.rateIn)}/s in`;
  return figures.outgoing.length > 0 ? `${rate(figures.rateOut)}/s out` : "";
}

function nodeDescription(node: GraphNode, title: string, figures: NodeFigures): string {
  const versions = (node.versions ?? []).length > 0 ? `, versions ${node.versions.join(", ")}` : "";
  if (figures.incoming.length === 0) return `${title} in ${node.namespace}${versions}: no calls to it seen`;
  return `${title} in ${node.namespace}${versions}: ${rate(figures.rateIn)} requests a second in, ${percent(figures.success)} succeed`;
}
