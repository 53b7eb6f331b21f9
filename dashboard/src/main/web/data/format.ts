// Figures as people read them. Pure; a missing figure is a dash, never a zero that was not measured.

export const DASH = "–";

function known(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** Requests a second: 0.4, 12.5, 1,240, 18.2k. */
export function rate(value: number | null | undefined): string {
  if (!known(value)) return DASH;
  if (value === 0) return "0";
  if (value < 0.1) return "<0.1";
  if (value < 100) return trimmed(value, 1);
  if (value < 10_000) return Math.round(value).toLocaleString("en-US");
  return `${trimmed(value / 1000, 1)}k`;
}

/** A share as percent. It never rounds up to 100 % when something failed. */
export function percent(share: number | null | undefined): string {
  if (!known(share)) return DASH;
  if (share >= 1) return "100 %";
  const floored = Math.floor(share * 1000) / 10;
  return `${trimmed(floored, 1)} %`;
}

/** Milliseconds with about three significant figures: 0.42 ms, 4.5 ms, 128 ms, 2.3 s. */
export function milliseconds(value: number | null | undefined): string {
  if (!known(value)) return DASH;
  if (value < 1) return `${trimmed(value, 2)} ms`;
  if (value < 10) return `${trimmed(value, 1)} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  return `${trimmed(value / 1000, 1)} s`;
}

export function count(value: number | null | undefined): string {
  return known(value) ? Math.round(value).toLocaleString("en-US") : DASH;
}

/** A length of time in its two largest units: 4 s, 3 min 20 s, 2 h 5 min, 12 d 4 h, 9 y 364 d. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const units: [string, number][] = [["y", 31_536_000], ["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  const [largeName, large] = units[first]!;
  const [smallName, small] = units[first + 1]!;
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ""}`;
}

/** How long ago an ISO instant was; a dash for an unreadable one. */
export function since(iso: string | undefined, now: number): string {
  const at = iso ? Date.parse(iso) : NaN;
  return Number.isNaN(at) ? DASH : duration(now - at);
}

/** The wall clock, in the reader's own time zone, as 14:03:09. */
export function clock(epochMs: number): string {
  const time = new Date(epochMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

export function date(iso: string | undefined): string {
  const at = iso ? Date.parse(iso) : NaN;
  return Number.isNaN(at) ? DASH : new Date(at).toISOString().slice(0, 10);
}

export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`;
}

/** Cuts the middle out, because names differ at both ends. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = Math.ceil((limit - 1) * 0.6);
  return `${text.slice(0, head)}…${text.slice(text.length - (limit - 1 - head))}`;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
