package io.heddle.control.api;

import io.heddle.control.push.ConnectedProxies;
import io.heddle.control.push.ProxyStatus;
import io.heddle.model.view.MeshSettings;
import io.heddle.xds.resource.ResourceType;
import java.util.LinkedHashMap;
import java.util.Map;

/// What Istio's tools ask of a control plane on its debug port.
final class DebugApi {
    private static final Map<ResourceType, String> NAMES = Map.of(
            ResourceType.CDS, "cluster",
            ResourceType.LDS, "listener",
            ResourceType.RDS, "route",
            ResourceType.EDS, "endpoint");

    private final ConnectedProxies proxies;
    private final MeshSettings settings;
    private final String version;

    DebugApi(ConnectedProxies proxies, MeshSettings settings, String version) {
        this.proxies = proxies;
        this.settings = settings;
        this.version = version;
    }

    /// `GET /debug/syncz`, with Istio's fields.
    Answer syncz(Call call) {
        var items = proxies.statuses().stream()
                .filter(ProxyStatus::connected)
                .map(this::sync)
                .toList();
        return Answer.json(items);
    }

    private Map<String, Object> sync(ProxyStatus status) {
        var map = new LinkedHashMap<String, Object>();
        map.put("cluster_id", settings.clusterId());
        map.put("proxy", status.node().workload() + "." + status.node().namespace());
        map.put("proxy_version", status.node().version());
        map.put("istio_version", status.node().version());
        var versions = status.versions();
        NAMES.forEach((type, name) -> {
            var state = versions.get(type);
            map.put(name + "_sent", state == null ? "" : state.offered());
            map.put(name + "_acked", state == null ? "" : state.acknowledged());
        });
        return map;
    }

    /// `GET /version`.
    Answer version(Call call) {
        return Answer.text(200, version);
    }

    /// `GET /api/v1/version`.
    Answer versionJson(Call call) {
        return Answer.json(Map.of("version", version));
    }

    /// `GET /ready`: whether a mesh was built from the store.
    Answer ready(Call call) {
        return proxies.hasPublication() ? Answer.text(200, "ready\n") : Answer.text(503, "starting\n");
    }

    /// `GET /healthz`.
    Answer healthy(Call call) {
        return Answer.text(200, "ok\n");
    }
}
