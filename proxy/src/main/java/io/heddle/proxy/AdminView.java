package io.heddle.proxy;

import io.heddle.proxy.admin.AdminPages;
import io.heddle.proxy.admin.LogLevels;
import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.runtime.RuntimeLayers;
import io.heddle.proxy.tls.ShownCertificates;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.traffic.explain.Explainer;
import io.heddle.xds.read.ConfigDump;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the admin interface sees of a proxy.
///
/// @param proxy the proxy
/// @param logs its access logs
record AdminView(Proxy proxy, AccessLogs logs) implements AdminPages.View {
    @Override
    public AdminPages.State state() {
        return proxy.state();
    }

    @Override
    public String configDump(ConfigDump.Wanted wanted) {
        return proxy.configDump(wanted);
    }

    @Override
    public List<UpstreamCluster> clusters() {
        return proxy.clusters();
    }

    @Override
    public Explainer explainer() {
        return proxy.explainer();
    }

    @Override
    public Map<String, InetSocketAddress> listeners() {
        return proxy.listeners();
    }

    @Override
    public List<ShownCertificates> certificates() {
        return proxy.certificates();
    }

    @Override
    public RuntimeLayers runtime() {
        return proxy.runtime();
    }

    @Override
    public LogLevels logLevels() {
        return proxy.logLevels();
    }

    @Override
    public Map<String, Object> server() {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("version", Proxy.VERSION);
        var uptime = Duration.between(proxy.started(), Instant.now()).toSeconds() + "s";
        shown.put("uptime_current_epoch", uptime);
        shown.put("uptime_all_epochs", uptime);
        shown.put(
                "node", Map.of("id", proxy.node().id(), "cluster", proxy.node().cluster()));
        proxy.ads().ifPresent(source -> {
            var status = source.status();
            var stream = new LinkedHashMap<String, Object>();
            if (!proxy.isConfiguredByFiles()) {
                stream.put("connected", status.connected());
                stream.put("since", status.since());
            }
            stream.put("accepted", status.accepted());
            stream.put("rejected", status.rejected());
            stream.put("from_disk", status.fromDisk());
            stream.put("problems", status.problems());
            shown.put("control_plane", stream);
        });
        return shown;
    }

    @Override
    public void drain(boolean inboundOnly, boolean graceful) {
        proxy.drainAsAsked(inboundOnly ? Draining.Which.INBOUND : Draining.Which.ALL, graceful);
    }

    @Override
    public void serve(boolean serving) {
        proxy.serve(serving);
    }

    @Override
    public void reopenLogs() {
        logs.reopen();
    }

    @Override
    public void quit() {
        proxy.askToQuit();
    }
}
