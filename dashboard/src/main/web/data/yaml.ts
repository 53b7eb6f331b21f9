// A document as YAML lines for reading. Made for what the API returns: objects, arrays, strings, numbers, booleans, null.

/** One line: the indent in spaces, "- " marks, a key and a scalar. Any of them can be empty. */
export interface YamlLine {
  indent: number;
  dash: string;
  key: string;
  value: string;
  type: "string" | "number" | "keyword" | "none";
}

const PLAIN = /^[A-Za-z_/][A-Za-z0-9_\-./*+%]*( [A-Za-z0-9_\-./()]+)*$/;
const KEYWORD = /^(true|false|null|yes|no|on|off|y|n)$/i;

export function yamlLines(document: unknown): YamlLine[] {
  const lines: YamlLine[] = [];
  write(document, 0, lines);
  return lines;
}

export function yamlText(document: unknown): string {
  return yamlLines(document).map(lineText).join("\n") + "\n";
}

export function lineText(line: YamlLine): string {
  const key = line.key ? `${line.key}:${line.value ? " " : ""}` : "";
  return " ".repeat(line.indent) + line.dash + key + line.value;
}

function write(value: unknown, indent: number, lines: YamlLine[]): void {
  if (Array.isArray(value)) {
    for (const item of value) writeItem(item, indent, lines);
    return;
  }
  if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) writeField(scalarText(key), child, indent, lines);
    return;
  }
  lines.push({ indent, dash: "", key: "", ...scalar(value) });
}

function writeField(key: string, value: unknown, indent: number, lines: YamlLine[]): void {
  if (isEmpty(value) || !isContainer(value)) {
    lines.push({ indent, dash: "", key, ...scalar(value) });
    return;
  }
  lines.push({ indent, dash: "", key, value: "", type: "none" });
  write(value, Array.isArray(value) ? indent : indent + 2, lines);
}

/** The first line of an item carries its dash; the rest is indented beneath it. */
function writeItem(item: unknown, indent: number, lines: YamlLine[]): void {
  if (isEmpty(item) || !isContainer(item)) {
    lines.push({ indent, dash: "- ", key: "", ...scalar(item) });
    return;
  }
  const first = lines.length;
  write(item, indent + 2, lines);
  const line = lines[first]!;
  line.indent -= 2;
  line.dash = `- ${line.dash}`;
}

function scalar(value: unknown): Pick<YamlLine, "value" | "type"> {
  if (Array.isArray(value)) return { value: "[]", type: "none" };
  if (isObject(value)) return { value: "{}", type: "none" };
  if (typeof value === "string") return { value: scalarText(value), type: "string" };
  return { value: String(value ?? null), type: typeof value === "number" ? "number" : "keyword" };
}

function scalarText(text: string): string {
  return PLAIN.test(text) && !KEYWORD.test(text) ? text : JSON.stringify(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isContainer(value: unknown): boolean {
  return Array.isArray(value) || isObject(value);
}

function isEmpty(value: unknown): boolean {
  return isContainer(value) && Object.keys(value as object).length === 0;
}
