// Smooth links: horizontal where they leave and arrive, through the bends in between.

export interface Point {
  x: number;
  y: number;
}

/** An SVG path of cubic curves through the points, each piece leaving and arriving horizontally. */
export function curve(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${at(first)}`;
  let previous = first;
  for (const point of rest) {
    const reach = (point.x - previous.x) / 2;
    path += `C${at({ x: previous.x + reach, y: previous.y })} ${at({ x: point.x - reach, y: point.y })} ${at(point)}`;
    previous = point;
  }
  return path;
}

/** The point at share 0..1 of one piece of such a curve. */
export function along(from: Point, to: Point, share: number): Point {
  const rest = 1 - share;
  const middle = (from.x + to.x) / 2;
  const x = rest ** 3 * from.x + 3 * rest * share * middle + share ** 3 * to.x;
  const y = rest * rest * (rest + 3 * share) * from.y + share * share * (share + 3 * rest) * to.y;
  return { x, y };
}

/** A call of a service to itself: a loop over its top edge. */
export function loop(centre: Point, width: number, height: number): { path: string; label: Point } {
  const top = centre.y - height / 2;
  const left = { x: centre.x + width / 6, y: top };
  const right = { x: centre.x + width / 2.6, y: top };
  const up = top - 42;
  return {
    path: `M${at(left)}C${at({ x: left.x - 12, y: up })} ${at({ x: right.x + 12, y: up })} ${at(right)}`,
    label: { x: (left.x + right.x) / 2, y: top - 32 },
  };
}

function at(point: Point): string {
  return `${Math.round(point.x * 10) / 10},${Math.round(point.y * 10) / 10}`;
}
