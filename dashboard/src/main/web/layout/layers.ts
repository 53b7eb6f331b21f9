// Step one of the layout: which column a vertex stands in. Pure and deterministic: the same graph, the same columns.

export interface Link {
  from: string;
  to: string;
}

/** The links with those of a cycle turned round, so that all run left to right. */
export interface Acyclic {
  links: Link[];
  /** Keys (`linkKey`) of the original links that were turned round. */
  turned: Set<string>;
}

export function linkKey(link: Link): string {
  return `${link.from}>${link.to}`;
}

/** Depth-first from the entry points; a link back to an unfinished vertex closes a cycle and is turned round. */
export function withoutCycles(ids: string[], links: Link[]): Acyclic {
  const outgoing = targets(ids, links);
  const called = new Set(links.filter((link) => link.from !== link.to).map((link) => link.to));
  const entriesFirst = [...ids.filter((id) => !called.has(id)), ...ids.filter((id) => called.has(id))];
  const state = new Map<string, "open" | "done">();
  const turned = new Set<string>();
  for (const root of entriesFirst) {
    if (!state.has(root)) walk(root, outgoing, state, turned);
  }
  const forward = links
    .filter((link) => link.from !== link.to)
    .map((link) => (turned.has(linkKey(link)) ? { from: link.to, to: link.from } : link));
  return { links: unique(forward), turned };
}

/** An explicit stack: a chain of thousands of services must not overflow the browser's. */
function walk(root: string, outgoing: Map<string, string[]>, state: Map<string, "open" | "done">, turned: Set<string>): void {
  const stack: { id: string; next: number }[] = [{ id: root, next: 0 }];
  state.set(root, "open");
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const target = outgoing.get(top.id)![top.next++];
    if (target === undefined) {
      state.set(top.id, "done");
      stack.pop();
    } else if (state.get(target) === "open") {
      turned.add(linkKey({ from: top.id, to: target }));
    } else if (!state.has(target)) {
      state.set(target, "open");
      stack.push({ id: target, next: 0 });
    }
  }
}

/** Longest path from the entries: every vertex stands right of all that call it. */
export function columns(ids: string[], links: Link[]): Map<string, number> {
  const outgoing = targets(ids, links);
  const waiting = new Map(ids.map((id) => [id, 0]));
  links.forEach((link) => waiting.set(link.to, waiting.get(link.to)! + 1));
  const column = new Map(ids.map((id) => [id, 0]));
  const ready = ids.filter((id) => waiting.get(id) === 0);
  for (let index = 0; index < ready.length; index++) {
    const id = ready[index]!;
    for (const target of outgoing.get(id)!) {
      column.set(target, Math.max(column.get(target)!, column.get(id)! + 1));
      waiting.set(target, waiting.get(target)! - 1);
      if (waiting.get(target) === 0) ready.push(target);
    }
  }
  return column;
}

function targets(ids: string[], links: Link[]): Map<string, string[]> {
  const outgoing = new Map<string, string[]>(ids.map((id) => [id, []]));
  links.filter((link) => link.from !== link.to).forEach((link) => outgoing.get(link.from)!.push(link.to));
  return outgoing;
}

function unique(links: Link[]): Link[] {
  return [...new Map(links.map((link) => [linkKey(link), link])).values()];
}
