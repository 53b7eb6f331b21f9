// States as a coloured mark with a word: colour alone never carries the meaning.
import type { SyncState } from "../data/api";

const STATES: Record<SyncState, { tone: string; text: string; mark: string; meaning: string }> = {
  SYNCED: { tone: "good", text: "Synced", mark: "✓", meaning: "The proxy acknowledged what was sent last." },
  STALE: { tone: "degraded", text: "Stale", mark: "…", meaning: "Sent, not acknowledged yet." },
  REJECTED: { tone: "failing", text: "Rejected", mark: "✕", meaning: "The proxy refused what was sent and keeps its old configuration." },
  NOT_SENT: { tone: "idle", text: "Not sent", mark: "○", meaning: "Nothing was sent: the proxy has not asked for it, or there is nothing of this type." },
  DISCONNECTED: { tone: "failing", text: "Disconnected", mark: "✕", meaning: "No stream to this proxy. It serves on with its last configuration." },
};

function known(state: SyncState) {
  return STATES[state] ?? { tone: "failing", text: String(state), mark: "?", meaning: "A state that this dashboard does not know." };
}

export function StateBadge(properties: { state: SyncState }) {
  const state = known(properties.state);
  return <span class={`badge ${state.tone}`} title={state.meaning}><i aria-hidden="true">{state.mark}</i>{state.text}</span>;
}

/** The short form for a column of one xDS type. */
export function StateMark(properties: { type: string; state: SyncState | undefined; old: boolean }) {
  if (!properties.state) return <span class="state-mark idle" title={`${properties.type}: not subscribed`} aria-label="not subscribed">–</span>;
  const state = known(properties.state);
  return (
    <span class={`state-mark ${properties.old ? "idle" : state.tone}`} title={properties.old ? `${properties.type}: ${state.text} when it was last connected` : `${properties.type}: ${state.text}. ${state.meaning}`} role="img" aria-label={state.text}>
      {state.mark}
    </span>
  );
}
