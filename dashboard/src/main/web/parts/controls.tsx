// The small controls that every page uses.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { CheckIcon, CloseIcon, CopyIcon, SearchIcon } from "./icons";

interface SegmentedProperties<Value> {
  label: string;
  choices: [Value, string][];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few choices, all visible. */
export function Segmented<Value extends string | number>(properties: SegmentedProperties<Value>) {
  return (
    <div class="segmented" role="group" aria-label={properties.label}>
      {properties.choices.map(([value, text]) => (
        <button key={value} type="button" aria-pressed={value === properties.value} onClick={() => properties.onChange(value)}>{text}</button>
      ))}
    </div>
  );
}

export function Search(properties: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label class="search">
      <SearchIcon />
      <input type="search" placeholder={properties.label} aria-label={properties.label} value={properties.value} data-search="" spellcheck={false} onInput={(event) => properties.onChange(event.currentTarget.value)} />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

/** Copies text, and says whether that worked. */
export function CopyButton(properties: { text: string; children: ComponentChildren; label?: string }) {
  const [result, setResult] = useState<"" | "copied" | "refused">("");
  const copy = async () => {
    const done = await copied(properties.text);
    setResult(done ? "copied" : "refused");
    setTimeout(() => setResult(""), 1800);
  };
  return (
    <button type="button" class="button" title={properties.text} aria-label={properties.label} onClick={() => void copy()}>
      {result === "copied" ? <CheckIcon /> : <CopyIcon />}
      <span>{result === "copied" ? "Copied" : result === "refused" ? "Browser refused" : properties.children}</span>
    </button>
  );
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // Shown on the button: a page that is not served from this machine may not use the clipboard.
  }
}

/** A command to read and to copy. */
export function Command(properties: { text: string }) {
  return (
    <div class="command">
      <code>{properties.text}</code>
      <CopyButton text={properties.text} label={`Copy: ${properties.text}`}>Copy</CopyButton>
    </div>
  );
}

/** Says why there is nothing, and what to do. */
export function Empty(properties: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty" role="status">
      <h2>{properties.title}</h2>
      {properties.children}
    </div>
  );
}

export function Panel(properties: { title: string; kind: string; onClose: () => void; children: ComponentChildren; actions?: ComponentChildren; wide?: boolean }) {
  return (
    <aside class={properties.wide ? "panel wide" : "panel"} aria-label={`${properties.kind} ${properties.title}`}>
      <header>
        <div>
          <p class="overline">{properties.kind}</p>
          <h2>{properties.title}</h2>
        </div>
        <button type="button" class="button quiet" aria-label="Close" title="Close (Esc)" onClick={properties.onClose}><CloseIcon /></button>
      </header>
      <div class="panel-body">{properties.children}</div>
      {properties.actions ? <footer>{properties.actions}</footer> : null}
    </aside>
  );
}

export function Figure(properties: { name: string; children: ComponentChildren; tone?: string; note?: string }) {
  return (
    <div class="figure">
      <dt>{properties.name}</dt>
      <dd class={properties.tone ?? ""}>{properties.children}</dd>
      {properties.note ? <dd class="note">{properties.note}</dd> : null}
    </div>
  );
}
