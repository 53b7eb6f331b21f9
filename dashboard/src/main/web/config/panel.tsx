// One resource: its status first, then the document for reading.
import { problemText, type ResourceDocument } from "../data/api";
import { resourceCommand } from "../data/export";
import { yamlLines, yamlText, type YamlLine } from "../data/yaml";
import { CopyButton, Panel } from "../parts/controls";
import { Problems } from "../parts/problems";
import { StatusLine } from "./status";

export function ResourcePanel(properties: { resource: ResourceDocument; onClose: () => void }) {
  const { resource } = properties;
  const { status, ...written } = resource;
  const namespace = resource.metadata.namespace ?? "default";
  const rejected = status?.rejectedBy ?? [];
  return (
    <Panel wide kind={resource.kind} title={`${resource.metadata.namespace ? `${resource.metadata.namespace}/` : ""}${resource.metadata.name}`} onClose={properties.onClose} actions={
      <>
        <CopyButton text={yamlText(written)}>Copy YAML</CopyButton>
        <CopyButton text={resourceCommand(resource.kind, namespace, resource.metadata.name)}>Copy as CLI</CopyButton>
      </>
    }>
      <p><StatusLine resource={resource} /></p>
      <Problems problems={[...(status?.problems ?? []), ...(status?.warnings ?? [])].map(problemText)} />
      {rejected.length === 0 ? null : (
        <section>
          <h3>Rejected by</h3>
          {rejected.map((entry) => (
            <div key={entry.proxy} class="problem failing">
              <p class="mono">{entry.proxy}</p>
              <p>{entry.reason}</p>
            </div>
          ))}
        </section>
      )}
      <section>
        <h3>As written</h3>
        <pre class="yaml" tabIndex={0} aria-label="Document">{yamlLines(written).map((line, index) => <Line key={index} line={line} />)}</pre>
      </section>
    </Panel>
  );
}

function Line(properties: { line: YamlLine }) {
  const { indent, dash, key, value, type } = properties.line;
  return (
    <>
      {" ".repeat(indent)}<span class="yaml-dash">{dash}</span>
      {key ? <span class="yaml-key">{key}</span> : null}{key ? <span class="yaml-dash">:{value ? " " : ""}</span> : null}
      {value ? <span class={`yaml-${type}`}>{value}</span> : null}
      {"\n"}
    </>
  );
}
