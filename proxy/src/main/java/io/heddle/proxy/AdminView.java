package io.heddle.proxy;

import io.heddle.proxy.admin.AdminPages;
import io.heddle.proxy.tls.IdentityAgent;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the admin interface sees of a proxy.
///
/// @param proxy the proxy
record AdminView(Proxy proxy) implements AdminPages.View {
    @Override
    public AdminPages.State state() {
        return proxy.state();
    }

    @Override
    public RuntimeConfig config() {
        return proxy.config();
    }

    @Override
    public Map<String, InetSocketAddress> listeners() {
        return proxy.listeners();
    }

    @Override
    public Map<String, Object> certificate() {
        var shown = new LinkedHashMap<String, Object>();
        proxy.identity().flatMap(IdentityAgent::principal).ifPresent(uri -> shown.put("uri", uri));
        proxy.identity().flatMap(IdentityAgent::expiry).ifPresent(end -> shown.put("expiration_time", end));
        return shown;
    }

    @Override
    public Map<String, Object> server() {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("version", Proxy.VERSION);
        shown.put("uptime", Duration.between(proxy.started(), Instant.now()).toSeconds() + "s");
        shown.put(
                "node", Map.of("id", proxy.node().id(), "cluster", proxy.node().cluster()));
        proxy.ads().ifPresent(source -> {
            var status = source.status();
            var stream = new LinkedHashMap<String, Object>();
            stream.put("connected", status.connected());
            stream.put("since", status.since());
            stream.put("accepted", status.accepted());
            stream.put("rejected", status.rejected());
            stream.put("from_disk", status.fromDisk());
            stream.put("problems", status.problems());
            shown.put("control_plane", stream);
        });
        return shown;
    }

    @Override
    public void drain() {
        proxy.drainAsConfigured();
    }

    @Override
    public void quit() {
        proxy.askToQuit();
    }
}
