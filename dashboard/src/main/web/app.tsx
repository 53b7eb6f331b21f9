// The dashboard: wires the poller, the address in the URL and the three pages. Start reading here.
import { render } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { toPage } from "./data/address";
import { graphPath } from "./data/export";
import { History } from "./live/history";
import { useAddress, useKeys, useLive, useNow, useTheme } from "./live/hooks";
import { Poller } from "./live/poller";
import { ConfigPage } from "./config/page";
import { MapPage } from "./map/page";
import { Banner } from "./parts/banner";
import { Header, PAGES } from "./parts/header";
import { ProxiesPage } from "./proxies/page";

function App(properties: { poller: Poller }) {
  const { poller } = properties;
  const live = useLive(poller);
  const now = useNow();
  const [address, change] = useAddress();
  const [theme, toggleTheme] = useTheme();
  const history = useMemo(() => new History(), [address.by, address.window]);
  const wanted = live.graphQuery === graphPath(address.by, address.window);
  if (wanted && live.graph.data && live.graph.receivedAt) history.record(live.graph.data, live.graph.receivedAt);
  useEffect(() => poller.want(address.by, address.window), [address.by, address.window]);
  useEffect(() => {
    document.title = `${PAGES.find(([page]) => page === address.page)![1]} · Heddle`;
  }, [address.page]);
  useKeys({
    page: (index) => change(toPage(address, PAGES[index]![0])),
    escape: () => change({ select: "" }),
  });
  const page = { live, now, address, change };
  return (
    <>
      <Header live={live} address={address} now={now} theme={theme} onTheme={toggleTheme} onPage={(name) => change(toPage(address, name))} onPause={() => poller.pause(!live.paused)} />
      <Banner live={live} now={now} />
      <main class={live.connection.state === "silent" ? "old" : ""}>
        {address.page === "map" ? <MapPage {...page} history={history} /> : null}
        {address.page === "proxies" ? <ProxiesPage {...page} /> : null}
        {address.page === "config" ? <ConfigPage {...page} /> : null}
      </main>
    </>
  );
}

const poller = new Poller();
poller.start();
render(<App poller={poller} />, document.getElementById("app")!);
