package io.heddle.xds.read;

import io.envoyproxy.envoy.config.overload.v3.OverloadManager;
import io.envoyproxy.envoy.config.overload.v3.ResourceMonitor;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import java.util.List;
import java.util.Optional;

/// Reads the overload manager: of it, the limit of client connections over all listeners.
final class OverloadReader {
    private static final String CONNECTIONS =
            "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig";

    private static final Fields<OverloadManager> MANAGER =
            Fields.ignoringOthers(OverloadManager.class).reads("resource_monitors");
    private static final Fields<ResourceMonitor> MONITOR = Fields.ignoringOthers(ResourceMonitor.class)
            .reads("name")
            .limits("typed_config", "`downstream_connections`; others have no effect, with a warning");
    private static final Fields<DownstreamConnectionsConfig> LIMIT =
            Fields.ignoringOthers(DownstreamConnectionsConfig.class).reads("max_active_downstream_connections");

    /// What of the overload manager is read.
    static final List<Fields<?>> FIELDS = List.of(MANAGER, MONITOR, LIMIT);

    private OverloadReader() {}

    /// The most connections of clients at once; empty for no limit.
    static Optional<Long> maxConnections(OverloadManager message, Scope scope) {
        scope.check(message, MANAGER);
        Optional<Long> most = Optional.empty();
        for (int i = 0; i < message.getResourceMonitorsCount(); i++) {
            var monitor = message.getResourceMonitors(i);
            var here = scope.at("resource_monitors", i);
            here.check(monitor, MONITOR);
            if (Scope.type(monitor.getTypedConfig()).equals(CONNECTIONS)) {
                most = connections(monitor.getTypedConfig(), here.at("typed_config"));
            } else {
                here.warning("resource monitor " + monitor.getName() + " is not supported", "remove it");
            }
        }
        return most;
    }

    private static Optional<Long> connections(com.google.protobuf.Any config, Scope scope) {
        var found = scope.unpack(config, DownstreamConnectionsConfig.parser());
        found.ifPresent(message -> scope.check(message, LIMIT));
        var most = found.map(DownstreamConnectionsConfig::getMaxActiveDownstreamConnections);
        if (most.isPresent() && most.get() < 1) {
            scope.at("max_active_downstream_connections").error("is less than 1", "write how many at once");
            return Optional.empty();
        }
        return most;
    }
}
