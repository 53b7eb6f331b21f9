// The URL's hash holds what is shown, so that a link shows a colleague the same thing. Pure, both ways.
import type { Grouping } from "./api";

export type Page = "map" | "proxies" | "config";
export type MapView = "map" | "table";

export interface Address {
  page: Page;
  by: Grouping;
  window: number;
  view: MapView;
  select: string;
  search: string;
  sort: string;
}

export const WINDOWS = [10, 60, 300] as const;
export const START: Address = { page: "map", by: "service", window: 10, view: "map", select: "", search: "", sort: "" };

const PAGES: Page[] = ["map", "proxies", "config"];

/** Reads `#/map?by=workload&window=30`; what is missing or unknown falls back to the start value. */
export function parseAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const parameters = new URLSearchParams(query);
  const window = Number(parameters.get("window"));
  return {
    page: PAGES.find((page) => page === path) ?? START.page,
    by: parameters.get("by") === "workload" ? "workload" : "service",
    window: WINDOWS.find((choice) => choice === window) ?? START.window,
    view: parameters.get("view") === "table" ? "table" : "map",
    select: parameters.get("select") ?? "",
    search: parameters.get("search") ?? "",
    sort: parameters.get("sort") ?? "",
  };
}

/** Writes only what differs from the start values, so that links stay short. */
export function formatAddress(address: Address): string {
  const parameters = new URLSearchParams();
  const set = (name: "by" | "view" | "select" | "search" | "sort" | "window") => {
    if (address[name] !== START[name]) parameters.set(name, String(address[name]));
  };
  (["by", "window", "view", "search", "sort", "select"] as const).forEach(set);
  const query = parameters.toString();
  return `#/${address.page}${query ? `?${query}` : ""}`;
}

/** Going to another page keeps window and grouping, and drops what belonged to the old page. */
export function toPage(address: Address, page: Page): Address {
  return { ...address, page, select: "", search: "", sort: "" };
}

export function edgeKey(edge: { from: string; to: string }): string {
  return `edge:${edge.from}>${edge.to}`;
}

export function nodeKey(id: string): string {
  return `node:${id}`;
}
