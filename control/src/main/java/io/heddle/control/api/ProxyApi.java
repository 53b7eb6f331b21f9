package io.heddle.control.api;

import io.heddle.control.ca.CertificateAuthority;
import io.heddle.control.discovery.DiscoverySource;
import io.heddle.control.push.ConnectedProxies;
import io.heddle.control.push.ProxyStatus;
import io.heddle.control.push.ProxyStatus.State;
import io.heddle.control.store.ConfigStore;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The proxies and the mesh as a whole over HTTP.
final class ProxyApi {
    private final ConnectedProxies proxies;
    private final ConfigStore store;
    private final CertificateAuthority authority;
    private final MeshSettings settings;
    private final List<DiscoverySource> sources;

    ProxyApi(
            ConnectedProxies proxies,
            ConfigStore store,
            CertificateAuthority authority,
            MeshSettings settings,
            List<DiscoverySource> sources) {
        this.proxies = proxies;
        this.store = store;
        this.authority = authority;
        this.settings = settings;
        this.sources = List.copyOf(sources);
    }

    /// `GET /api/v1/proxies`.
    Answer list(Call call) {
        return Answer.json(
                Map.of("items", proxies.statuses().stream().map(ProxyApi::proxy).toList()));
    }

    private static Map<String, Object> proxy(ProxyStatus status) {
        var node = status.node();
        var map = new LinkedHashMap<String, Object>();
        map.put("id", node.id());
        map.put("workload", node.workload());
        map.put("namespace", node.namespace());
        map.put("service", node.service().map(Object::toString).orElse(""));
        map.put("identity", status.secured() ? node.identity().toString() : "");
        map.put("address", node.address());
        map.put("version", node.version());
        map.put("connected", status.connected());
        map.put("connectedSince", status.since().toString());
        map.put("state", status.state().name());
        var types = new TreeMap<String, String>();
        status.types().forEach((type, state) -> types.put(type, state.name()));
        map.put("types", types);
        status.lastPushMillis().ifPresent(millis -> map.put("lastPushMs", millis));
        map.put("problems", status.problems());
        map.put("ports", ports(node.ports()));
        return map;
    }

    private static Map<String, Integer> ports(ProxyNode.Ports ports) {
        var map = new LinkedHashMap<String, Integer>();
        map.put("outbound", ports.outbound());
        map.put("inbound", ports.inbound());
        map.put("application", ports.application());
        map.put("metrics", ports.metrics());
        map.put("admin", ports.admin());
        return map;
    }

    /// `GET /api/v1/mesh`.
    Answer mesh(Call call) {
        var connected =
                proxies.statuses().stream().filter(ProxyStatus::connected).toList();
        long synced = connected.stream()
                .filter(status -> status.state() == State.SYNCED)
                .count();
        var resources = new TreeMap<String, Integer>();
        store.all().forEach(object -> resources.merge(object.name().kind(), 1, Integer::sum));
        var map = new LinkedHashMap<String, Object>();
        map.put("trustDomain", settings.trustDomain());
        map.put("rootExpiresAt", authority.rootExpiresAt().toString());
        map.put("proxies", Map.of("connected", connected.size(), "synced", synced));
        map.put("resources", resources);
        map.put(
                "problems",
                sources.stream()
                        .flatMap(source -> source.problems().stream())
                        .map(Json::problem)
                        .toList());
        return Answer.json(map);
    }
}
