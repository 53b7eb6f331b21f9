// What the map has shown since the page was opened, per edge, for the small charts. Nothing is invented for the time before.
import type { Graph } from "../data/api";
import { edgeKey } from "../data/address";

export interface Sample {
  at: number;
  rate: number;
  success: number | null;
  p99: number | null;
}

export const KEPT_MS = 180_000;

export class History {
  private readonly samples = new Map<string, Sample[]>();

  record(graph: Graph, at: number): void {
    for (const edge of graph.edges) {
      const key = edgeKey(edge);
      const kept = (this.samples.get(key) ?? []).filter((sample) => at - sample.at < KEPT_MS && sample.at !== at);
      kept.push({ at, rate: edge.rate, success: edge.success, p99: edge.p99_ms });
      this.samples.set(key, kept);
    }
    for (const [key, kept] of this.samples) {
      if (at - (kept[kept.length - 1]?.at ?? 0) > KEPT_MS) this.samples.delete(key);
    }
  }

  of(key: string): Sample[] {
    return this.samples.get(key) ?? [];
  }

  /** Another grouping or window gives other figures, so the old ones must not stand beside them. */
  clear(): void {
    this.samples.clear();
  }
}
