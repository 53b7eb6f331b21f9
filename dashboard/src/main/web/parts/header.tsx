// The head of every page: where you are, how the mesh is, how fresh this is.
import type { Address, Page } from "../data/address";
import { formatAddress, toPage } from "../data/address";
import { clock, date, duration, plural } from "../data/format";
import type { Theme } from "../live/hooks";
import type { Live } from "../live/poller";
import { Mark, MoonIcon, PauseIcon, PlayIcon, SunIcon } from "./icons";

export const PAGES: [Page, string][] = [["map", "Map"], ["proxies", "Proxies"], ["config", "Config"]];
const WARN_MS = 30 * 86_400_000;

interface HeaderProperties {
  live: Live;
  address: Address;
  now: number;
  theme: Theme;
  onPage: (page: Page) => void;
  onTheme: () => void;
  onPause: () => void;
}

export function Header(properties: HeaderProperties) {
  const { live, address, theme } = properties;
  return (
    <header class="header">
      <a class="brand" href="#/map" aria-label="Heddle, to the map"><Mark /><strong>Heddle</strong></a>
      <nav aria-label="Pages">
        {PAGES.map(([page, name], index) => (
          <a key={page} href={formatAddress(toPage(address, page))} aria-current={address.page === page ? "page" : undefined} title={`${name} (key ${index + 1})`} onClick={(event) => {
            event.preventDefault();
            properties.onPage(page);
          }}>{name}</a>
        ))}
      </nav>
      <MeshFacts live={live} now={properties.now} />
      <Freshness live={live} now={properties.now} />
      <button type="button" class="button quiet" onClick={properties.onPause} aria-pressed={live.paused} title={live.paused ? "Go on asking each second" : "Stop asking, keep what is shown"} aria-label={live.paused ? "Resume" : "Pause"}>
        {live.paused ? <PlayIcon /> : <PauseIcon />}
      </button>
      <button type="button" class="button quiet" onClick={properties.onTheme} title={theme === "dark" ? "Light colours" : "Dark colours"} aria-label={theme === "dark" ? "Switch to light colours" : "Switch to dark colours"}>
        {theme === "dark" ? <SunIcon /> : <MoonIcon />}
      </button>
    </header>
  );
}

function MeshFacts(properties: { live: Live; now: number }) {
  const mesh = properties.live.mesh.data;
  if (!mesh) return <dl class="facts" />;
  const { connected, synced } = mesh.proxies;
  const left = Date.parse(mesh.rootExpiresAt) - properties.now;
  const expiring = Number.isNaN(left) ? "" : left <= 0 ? "failing" : left < WARN_MS ? "degraded" : "";
  return (
    <dl class="facts">
      <div><dt>Trust domain</dt><dd title={`spiffe://${mesh.trustDomain}`}>{mesh.trustDomain}</dd></div>
      <div title={`The root certificate is valid until ${mesh.rootExpiresAt}`}>
        <dt>Root certificate</dt>
        <dd class={expiring}>{Number.isNaN(left) ? "unknown" : left <= 0 ? `expired ${date(mesh.rootExpiresAt)}` : `${duration(left)} left`}</dd>
      </div>
      <div title={`${plural(connected, "proxy", "proxies")} connected, ${synced} in sync`}>
        <dt>Proxies in sync</dt>
        <dd class={synced < connected ? "degraded" : ""}>{synced} of {connected}</dd>
      </div>
    </dl>
  );
}

function Freshness(properties: { live: Live; now: number }) {
  const { connection, paused, mesh, graph } = properties.live;
  const received = Math.max(mesh.receivedAt ?? 0, graph.receivedAt ?? 0);
  if (paused) return <span class="freshness idle"><i />Paused{received ? ` at ${clock(received)}` : ""}</span>;
  if (connection.state === "silent") return <span class="freshness failing"><i />No answer</span>;
  if (connection.state === "waiting") return <span class="freshness idle"><i />Connecting</span>;
  return <span class="freshness good" title={`Last answer at ${clock(received)}`}><i />Live</span>;
}
