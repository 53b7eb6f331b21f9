// The checks of the dashboard's pure parts. They run in a real browser; the Java test reads `heddleChecks`.
import { parseAddress, formatAddress, START, toPage } from "../../main/web/data/address";
import { duration, milliseconds, percent, rate, shortened } from "../../main/web/data/format";
import { edgesAsCsv } from "../../main/web/data/export";
import { edgeHealth, edgeSecurity, proxyRank, resourceHealth } from "../../main/web/data/health";
import { yamlText } from "../../main/web/data/yaml";
import type { GraphEdge, Proxy, ResourceDocument } from "../../main/web/data/api";
import { columns, withoutCycles, type Link } from "../../main/web/layout/layers";
import { crossings, order } from "../../main/web/layout/order";
import { ascending } from "../../main/web/layout/place";
import { placeLabels } from "../../main/web/layout/labels";
import { layout, NODE_HEIGHT, NODE_WIDTH, type Layout } from "../../main/web/layout/layout";
import { fitted } from "../../main/web/map/camera";
import { focus, part, success } from "../../main/web/map/figures";
import { LABEL, lowest, mapLabels } from "../../main/web/map/labels";
import { readSort, sortRows } from "../../main/web/parts/table";

const results: { name: string; failure: string }[] = [];

function check(name: string, body: () => void): void {
  try {
    body();
    results.push({ name, failure: "" });
  } catch (problem) {
    results.push({ name, failure: String(problem) });
  }
}

function same(actual: unknown, expected: unknown): void {
  const left = JSON.stringify(actual);
  const right = JSON.stringify(expected);
  if (left !== right) throw new Error(`expected ${right} but was ${left}`);
}

function truth(value: boolean, text: string): void {
  if (!value) throw new Error(text);
}

function links(...pairs: string[]): Link[] {
  return pairs.map((pair) => ({ from: pair.split(">")[0]!, to: pair.split(">")[1]! }));
}

const BOOKSHOP = links("web>catalog", "web>orders", "catalog>ratings", "orders>payments", "orders>catalog");
const BOOKSHOP_IDS = ["web", "catalog", "orders", "ratings", "payments"];

function edge(part: Partial<GraphEdge>): GraphEdge {
  return { from: "shop/a", to: "shop/b", requests: 10, rate: 1, success: 1, p50_ms: 1, p99_ms: 2, mtls: true, errors: {}, ...part };
}

check("every caller stands left of what it calls", () => {
  const column = columns(BOOKSHOP_IDS, BOOKSHOP);
  BOOKSHOP.forEach((link) => truth(column.get(link.from)! < column.get(link.to)!, `${link.from} is not left of ${link.to}`));
  same(column.get("catalog"), 2);
});

check("a cycle is broken by turning one link", () => {
  const acyclic = withoutCycles(["a", "b", "c"], links("a>b", "b>c", "c>a"));
  same([...acyclic.turned], ["c>a"]);
  same(acyclic.links.length, 3);
});

check("a chain of five thousand services does not overflow", () => {
  const ids = Array.from({ length: 5000 }, (_, index) => `s${index}`);
  const chain = ids.slice(1).map((id, index) => ({ from: ids[index]!, to: id }));
  same(columns(ids, withoutCycles(ids, chain).links).get("s4999"), 4999);
});

check("the barycenter sweeps untangle a crossed pair", () => {
  const ids = ["a", "b", "x", "y"];
  const crossed = links("a>y", "b>x");
  const ordered = order(ids, crossed, columns(ids, crossed), new Map());
  same(crossings(ordered.columns, ordered.segments), 0);
});

check("the nearest ascending sequence pools what is out of order", () => {
  same(ascending([1, 4, 2, 5]), [1, 3, 3, 5]);
  same(ascending([3, 2, 1]), [2, 2, 2]);
});

function apart(placed: Layout): void {
  const all = [...placed.nodes];
  all.forEach(([id, at], index) => all.slice(index + 1).forEach(([otherId, other]) => {
    const overlap = Math.abs(at.x - other.x) < NODE_WIDTH && Math.abs(at.y - other.y) < NODE_HEIGHT;
    truth(!overlap, `${id} lies on ${otherId}`);
  }));
}

check("no two nodes overlap and all lie within the picture", () => {
  const placed = layout([...BOOKSHOP_IDS, "lonely"], BOOKSHOP);
  apart(placed);
  placed.nodes.forEach((at, id) => truth(at.x >= NODE_WIDTH / 2 && at.y >= NODE_HEIGHT / 2 - 0.01 && at.x + NODE_WIDTH / 2 <= placed.width && at.y + NODE_HEIGHT / 2 <= placed.height + 0.01, `${id} is outside`));
  truth(placed.nodes.get("lonely")!.y > placed.nodes.get("web")!.y, "a node without calls stands under the rest");
});

check("the layout does not depend on the order of the answer", () => {
  const forward = layout(BOOKSHOP_IDS, BOOKSHOP);
  const backward = layout([...BOOKSHOP_IDS].reverse(), [...BOOKSHOP].reverse());
  same([...forward.nodes].sort(), [...backward.nodes].sort());
  same([...forward.links].sort(), [...backward.links].sort());
});

check("a new node keeps the order of those that were there", () => {
  const before = layout(["web", "b", "c", "d"], links("web>b", "web>c", "web>d"));
  const after = layout(["web", "a", "b", "c", "d"], links("web>a", "web>b", "web>c", "web>d"), before);
  const order = (placed: Layout) => ["b", "c", "d"].sort((left, right) => placed.nodes.get(left)!.y - placed.nodes.get(right)!.y);
  same(order(after), order(before));
});

check("eight hundred services are placed within a second, none on another", () => {
  const ids = Array.from({ length: 800 }, (_, index) => `s${String(index).padStart(3, "0")}`);
  const many = ids.slice(1).map((id, index) => ({ from: ids[Math.floor(index / 3)]!, to: id }));
  const started = performance.now();
  const placed = layout(ids, many);
  const took = performance.now() - started;
  apart(placed);
  truth(took < 1000, `took ${took} ms`);
});

check("a service that calls itself, and two that call each other, are drawn", () => {
  const placed = layout(["a", "b"], links("a>a", "a>b", "b>a"));
  same([...placed.links.keys()].sort(), ["a>a", "a>b", "b>a"]);
  truth(placed.links.get("a>b")!.path !== placed.links.get("b>a")!.path, "both directions lie on one line");
});

check("labels on the same place move apart", () => {
  const points = [{ x: 0, y: 0 }, { x: 400, y: 0 }];
  const places = placeLabels(["one", "two"].map((key) => ({ key, points, width: 30, height: 20 })), []);
  truth(Math.abs(places.get("one")!.x - places.get("two")!.x) >= 30, "labels overlap");
});

check("a label moves along its line away from a node", () => {
  const points = [{ x: 0, y: 0 }, { x: 400, y: 0 }];
  const place = placeLabels([{ key: "one", points, width: 30, height: 20 }], [{ x: 200, y: 0, width: 80, height: 40 }]).get("one")!;
  truth(Math.abs(place.x - 200) >= 55, "the label covers the node");
});

/** What is wrong with the labels of a map: missing ones, ones on another or a node, ones away from their line. */
function labelFaults(placed: Layout): string[] {
  const labels = mapLabels(placed, []);
  const size = LABEL[labels.detail];
  const boxes = [...labels.at].map(([key, { x, y }]) => ({ key, x, y, ...size }));
  const nodes = [...placed.nodes].map(([key, { x, y }]) => ({ key, x, y, width: NODE_WIDTH, height: NODE_HEIGHT }));
  const missing = [...placed.links.keys()].filter((key) => !labels.at.has(key)).map((key) => `${key} has no label`);
  const covering = boxes.flatMap((box, index) => [...nodes, ...boxes.slice(index + 1)]
    .filter((other) => Math.abs(box.x - other.x) < (box.width + other.width) / 2 && Math.abs(box.y - other.y) < (box.height + other.height) / 2)
    .map((other) => `${box.key} lies on ${other.key}`));
  const outside = boxes.filter((box) => box.y + size.height / 2 > Math.max(placed.height, lowest(labels))).map((box) => `${box.key} is outside`);
  const astray = [...labels.at].filter(([, { x, tie }]) => tie && tie.x !== x).map(([key]) => `${key} is not above or below its line`);
  return [...missing, ...covering, ...outside, ...astray];
}

/** Numbers from 0 to below 1 that depend on the seed only (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A map of up to thirty services: calls forward, back and to themselves, and services without any. */
function generated(seed: number): Layout {
  const next = chance(seed);
  const ids = Array.from({ length: 2 + Math.floor(next() * 29) }, (_, index) => `s${index}`);
  const any = () => ids[Math.floor(next() * ids.length)]!;
  const calls = Array.from({ length: 1 + Math.floor(next() * 70) }, () => ({ from: any(), to: any() }));
  return layout(ids, [...new Map(calls.map((link) => [`${link.from}>${link.to}`, link])).values()]);
}

check("no label of any generated map lies on another or on a node", () => {
  for (let seed = 1; seed <= 300; seed++) same([seed, ...labelFaults(generated(seed))], [seed]);
});

check("a denied caller's label does not hide behind the one that its line passes", () => {
  const calls = links("loadgen>web", "web>orders", "web>catalog", "orders>payments", "catalog>ratings", "unknown>payments", "stranger>ratings", "web2>catalog");
  const placed = layout([...new Set(calls.flatMap((link) => [link.from, link.to]))], calls);
  same(labelFaults(placed), []);
  const labels = mapLabels(placed, []);
  same(labels.detail, "full");
  same([...labels.at.values()].filter((label) => label.tie), []);
});

check("the places of labels do not depend on the order of the wishes", () => {
  const wishes = [...generated(7).links].filter(([, link]) => !link.label).map(([key, link]) => ({ key, points: link.points, ...LABEL.full }));
  same([...placeLabels(wishes, [])].sort(), [...placeLabels([...wishes].reverse(), [])].sort());
});

check("a label without room on its line stands beside it, tied to it", () => {
  const points = [{ x: 0, y: 0 }, { x: 100, y: 0 }];
  const place = placeLabels([{ key: "one", points, width: 90, height: 20 }], [{ x: 50, y: 0, width: 100, height: 60 }]).get("one")!;
  same(place, { x: 50, y: 43, tie: { x: 50, y: 0 } });
});

check("the labels of a crowded map are placed within half a second", () => {
  const ids = Array.from({ length: 60 }, (_, index) => `s${index}`);
  const crowd = ids.slice(0, 2).flatMap((from) => ids.slice(2).map((to) => ({ from, to })));
  const placed = layout(ids, crowd);
  const started = performance.now();
  same(labelFaults(placed), []);
  const took = performance.now() - started;
  truth(took < 500, `took ${took} ms`);
});

check("figures read as people write them", () => {
  same([rate(0), rate(0.04), rate(12.54), rate(1240), rate(18_240), rate(undefined)], ["0", "<0.1", "12.5", "1,240", "18.2k", "–"]);
  same([milliseconds(0.42), milliseconds(4.53), milliseconds(128.4), milliseconds(2345), milliseconds(null)], ["0.42 ms", "4.5 ms", "128 ms", "2.3 s", "–"]);
  same([duration(4000), duration(200_000), duration(7_500_000)], ["4 s", "3 min 20 s", "2 h 5 min"]);
  same(shortened("a-very-long-workload-name-v2", 12).length, 12);
});

check("a failure never rounds up to one hundred percent", () => {
  same([percent(1), percent(0.9999), percent(0.99), percent(0)], ["100 %", "99.9 %", "99 %", "0 %"]);
});

check("an edge without requests is idle, not healthy", () => {
  same([edge({ rate: 0, success: null }), edge({}), edge({ success: 0.98 }), edge({ success: 0.5 })].map(edgeHealth), ["idle", "good", "degraded", "failing"]);
  same(success([edge({ rate: 0, success: null })]), undefined);
  same(success([edge({ rate: 3, success: 1 }), edge({ rate: 1, success: 0 })]), 0.75);
});

check("no encryption is claimed, and no plaintext, for calls that may have reached nobody", () => {
  same([edge({}), edge({ mtls: false, success: 0 }), edge({ mtls: null })].map(edgeSecurity), ["mtls", "plaintext", "unseen"]);
});

check("the view holds the whole map, and stays readable around what was chosen", () => {
  const frame = { width: 1000, height: 500 };
  const whole = fitted({ width: 4000, height: 300 }, frame);
  truth(whole.x <= 0 && whole.x + whole.width >= 4000, "a part is outside");
  const near = fitted({ width: 4000, height: 300 }, frame, { x: 3900, y: 100 });
  truth(near.width < 1400 && near.x <= 3900 && near.x + near.width >= 4000, "the chosen one is outside");
  same(fitted({ width: 100, height: 50 }, frame).width > 800, true);
});

check("a bad proxy sorts before a good one", () => {
  const proxy = (part: Partial<Proxy>) => ({ connected: true, state: "SYNCED", problems: [], ...part }) as unknown as Proxy;
  truth(proxyRank(proxy({ state: "REJECTED" })) < proxyRank(proxy({ state: "STALE" })), "rejected");
  truth(proxyRank(proxy({ connected: false })) < proxyRank(proxy({})), "disconnected");
  truth(proxyRank(proxy({ problems: ["slow"] })) < proxyRank(proxy({})), "with a problem");
});

check("a resource is active only when every proxy has it", () => {
  const resource = (activeOn: number, proxies: number) => ({ status: { accepted: true, activeOn, proxies, rejectedBy: [] } }) as unknown as ResourceDocument;
  same([resource(8, 8), resource(7, 8), resource(0, 0)].map(resourceHealth), ["active", "pending", "unused"]);
});

check("a route to nowhere is not active", () => {
  const resource = { status: { accepted: true, activeOn: 9, proxies: 9, rejectedBy: [], warnings: [{ reason: "there is no service" }] } } as unknown as ResourceDocument;
  same(resourceHealth(resource), "unresolved");
});

check("the address survives the way to the URL and back", () => {
  const address = { ...START, by: "workload" as const, window: 60, view: "table" as const, select: "edge:shop/web>shop/catalog", search: "cat & dog", sort: "p99.down" };
  same(parseAddress(formatAddress(address)), address);
  same(formatAddress(START), "#/map");
  same(parseAddress("#/nowhere?window=7&by=x"), START);
  same(toPage(address, "proxies").select, "");
});

check("csv quotes what needs it and defuses formulas", () => {
  const text = edgesAsCsv([edge({ from: 'a,"b"', to: "=1+1", errors: { "503": 2 } })]);
  same(text.split("\r\n")[1], `"a,""b""",'=1+1,10,1,1,1,2,true,503=2`);
});

check("yaml quotes what would be read as something else", () => {
  const text = yamlText({ name: "catalog", version: "1", on: "yes", list: [{ a: 1, b: [] }, "x: y"], empty: {}, nested: { deep: [[1, 2]] } });
  same(text, 'name: catalog\nversion: "1"\n"on": "yes"\nlist:\n- a: 1\n  b: []\n- "x: y"\nempty: {}\nnested:\n  deep:\n  - - 1\n    - 2\n');
});

check("equal rows keep their order while a table is live", () => {
  const column = { key: "n", title: "n", value: () => 1, cell: () => null };
  same(sortRows(["b", "a", "c"], column, "down", (row) => row), ["a", "b", "c"]);
  same(readSort("p99.down"), ["p99", "down"]);
});

check("a search keeps the neighbours of what it finds bright", () => {
  const nodes = ["shop/a", "shop/b", "shop/c"].map((id) => ({ id, namespace: "shop", service: id.slice(5), workload: "", versions: [] }));
  const graph = { windowSeconds: 10, nodes, edges: [edge({}), edge({ from: "shop/b", to: "shop/c" })] };
  same([...focus(graph, "", undefined, "shop/a")!], ["shop/a", "shop/b"]);
  same(focus(graph, "", undefined, " "), undefined);
});

check("a search on a large map shows what it finds with its neighbours", () => {
  const nodes = Array.from({ length: 50 }, (_, index) => ({ id: `shop/s${index}`, namespace: "shop", service: `s${index}`, workload: "", versions: [] }));
  const graph = { windowSeconds: 10, nodes, edges: nodes.slice(1).map((node, index) => edge({ from: nodes[index]!.id, to: node.id })) };
  same(part(graph, "s17").nodes.map((node) => node.service), ["s16", "s17", "s18"]);
  same(part(graph, "").nodes.length, 50);
});

(globalThis as unknown as { heddleChecks: typeof results }).heddleChecks = results;
