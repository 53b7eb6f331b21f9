// A resource's status in one line: on how many proxies it is active, and who refuses it.
import type { ResourceDocument } from "../data/api";
import { milliseconds, plural } from "../data/format";
import { resourceHealth } from "../data/health";

const TONES = { refused: "failing", rejected: "failing", unresolved: "degraded", pending: "degraded", active: "good", unused: "idle", unknown: "idle" };

export function StatusLine(properties: { resource: ResourceDocument }) {
  const health = resourceHealth(properties.resource);
  const status = properties.resource.status;
  return (
    <span class={`status-line tone ${TONES[health]}`}>
      {status && status.proxies > 0 ? <progress max={status.proxies} value={status.activeOn} aria-hidden="true" /> : null}
      <span>{statusText(properties.resource)}</span>
    </span>
  );
}

export function statusText(resource: ResourceDocument): string {
  const status = resource.status;
  if (!status) return "status not reported";
  if (!status.accepted) return "not accepted";
  if (!(status.proxies > 0)) return "stored; no proxy is connected";
  const unresolved = (status.warnings ?? []).length;
  const active = `active on ${status.activeOn} of ${plural(status.proxies, "proxy", "proxies")}`;
  const rejected = (status.rejectedBy ?? []).length;
  if (rejected > 0) return `${active}, rejected by ${rejected}`;
  if (unresolved > 0) return `${active}, ${plural(unresolved, "reference leads", "references lead")} nowhere`;
  if (status.activeOn < status.proxies) return `${active}, the rest pending`;
  return status.liveAfterMs === undefined || status.liveAfterMs === null ? active : `${active}, took ${milliseconds(status.liveAfterMs)} to be live`;
}
