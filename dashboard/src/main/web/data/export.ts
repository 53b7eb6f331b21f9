// The figures on the screen as files and as commands.
import type { GraphEdge, Grouping } from "./api";

const COLUMNS: (keyof GraphEdge)[] = ["from", "to", "requests", "rate", "success", "p50_ms", "p99_ms", "mtls"];

/** Edges as RFC 4180 CSV, errors as "503=2 429=1". */
export function edgesAsCsv(edges: GraphEdge[]): string {
  const rows = edges.map((edge) => [...COLUMNS.map((column) => edge[column]), errorsText(edge.errors)]);
  return [[...COLUMNS, "errors"], ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function errorsText(errors: Record<string, number> | undefined): string {
  return Object.entries(errors ?? {}).map(([code, amount]) => `${code}=${amount}`).join(" ");
}

/** Quotes where RFC 4180 asks for it, and keeps a spreadsheet from reading a name as a formula. */
function cell(value: unknown): string {
  let text = String(value ?? "");
  if (typeof value === "string" && /^[=+\-@\t]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands the reader a file; nothing leaves the machine. */
export function download(name: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function graphPath(by: Grouping, window: number): string {
  return `/api/v1/graph?window=${window}&by=${by}`;
}

/** The command that prints one stored resource. */
export function resourceCommand(kind: string, namespace: string, name: string): string {
  return `./heddle get ${kind.toLowerCase()} ${name} -n ${namespace} -o yaml`;
}
