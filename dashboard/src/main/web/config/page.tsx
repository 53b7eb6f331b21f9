// The configuration page: every stored resource, by kind, with the truth about who runs it.
import { problemText, type ResourceDocument } from "../data/api";
import { resourceHealth, resourceRank } from "../data/health";
import { plural } from "../data/format";
import type { PageProperties } from "../live/page";
import { Command, Empty, Search } from "../parts/controls";
import { Problems } from "../parts/problems";
import { ResourcePanel } from "./panel";
import { StatusLine } from "./status";

export function resourceKey(resource: ResourceDocument): string {
  return `${resource.kind}/${resource.metadata.namespace ?? ""}/${resource.metadata.name}`;
}

export function ConfigPage(properties: PageProperties) {
  const { live, address, change } = properties;
  const all = live.resources.data?.items ?? [];
  const wanted = address.search.trim().toLowerCase();
  const rows = all.filter((resource) => resourceKey(resource).toLowerCase().includes(wanted));
  const selected = all.find((resource) => resourceKey(resource) === address.select);
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Config</h1>
        <Search label="Filter by kind or name" value={address.search} onChange={(search) => change({ search })} />
        <Summary resources={all} />
      </div>
      <Problems title="Not read" problems={(live.mesh.data?.problems ?? []).map(problemText)} />
      <div class="split">
        <div class="stage">
          {all.length === 0 ? <NoResources {...properties} /> : rows.length === 0
            ? <Empty title="Nothing matches the filter"><p>None of {plural(all.length, "resource")} has “{address.search}” in its kind, namespace or name.</p></Empty>
            : <div class="kinds">{byKind(rows).map(([kind, members]) => <Kind key={kind} kind={kind} members={members} select={address.select} onSelect={(select) => change({ select })} />)}</div>}
        </div>
        {selected ? <ResourcePanel resource={selected} onClose={() => change({ select: "" })} /> : null}
      </div>
    </div>
  );
}

/** Kinds by name; in each, what is in trouble first. */
function byKind(resources: ResourceDocument[]): [string, ResourceDocument[]][] {
  const kinds = new Map<string, ResourceDocument[]>();
  for (const resource of resources) kinds.set(resource.kind, [...(kinds.get(resource.kind) ?? []), resource]);
  for (const members of kinds.values()) {
    members.sort((left, right) => resourceRank(left) - resourceRank(right) || (resourceKey(left) < resourceKey(right) ? -1 : 1));
  }
  return [...kinds].sort(([left], [right]) => (left < right ? -1 : 1));
}

function Kind(properties: { kind: string; members: ResourceDocument[]; select: string; onSelect: (key: string) => void }) {
  return (
    <section class="kind" aria-label={properties.kind}>
      <h2>{properties.kind} <span class="dim">{properties.members.length}</span></h2>
      <ul>
        {properties.members.map((resource) => {
          const key = resourceKey(resource);
          const chosen = key === properties.select;
          return (
            <li key={key}>
              <button type="button" class="resource" aria-pressed={chosen} data-id={key} onClick={() => properties.onSelect(chosen ? "" : key)}>
                <span class="resource-name"><span class="dim">{resource.metadata.namespace ? `${resource.metadata.namespace}/` : ""}</span>{resource.metadata.name}</span>
                <StatusLine resource={resource} />
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Summary(properties: { resources: ResourceDocument[] }) {
  const { resources } = properties;
  if (resources.length === 0) return null;
  const bad = resources.filter((resource) => ["refused", "rejected", "unresolved"].includes(resourceHealth(resource))).length;
  const pending = resources.filter((resource) => resourceHealth(resource) === "pending").length;
  return (
    <p class="summary">
      {plural(resources.length, "resource")}
      {bad > 0 ? <span class="tone failing"> · {bad} in trouble</span> : null}
      {pending > 0 ? <span class="tone degraded"> · {pending} pending</span> : null}
    </p>
  );
}

function NoResources(properties: PageProperties) {
  const source = properties.live.resources;
  if (source.data === undefined) return <Empty title={source.failure ? "The configuration cannot be read" : "Asking the control plane…"}><p>{source.failure ?? "The first answer comes in a moment."}</p></Empty>;
  return (
    <Empty title="Nothing is configured">
      <p>This control plane stores no resource. Services, routes and policies appear here when they are applied:</p>
      <Command text="./heddle apply -f mesh.yaml" />
      <p>This page is for reading. Changes go through <code>apply</code>, so that they can be reviewed and repeated.</p>
    </Empty>
  );
}
