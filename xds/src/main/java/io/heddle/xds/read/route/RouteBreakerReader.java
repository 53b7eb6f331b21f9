package io.heddle.xds.read.route;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.heddle.traffic.resilience.RouteLimits;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.xds.read.cluster.BreakerReader;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads how much the routes of one virtual host may have under way: the `CircuitBreakers` that Envoy has for clusters,
/// in the typed metadata of the route, of its virtual host or of the route configuration. The nearest counts, as a
/// whole; each route counts for itself.
final class RouteBreakerReader {
    /// The key under which they stand.
    static final String KEY = "heddle.circuit_breakers";

    private static final Fields<CircuitBreakers> CIRCUIT_BREAKERS = Fields.ignoringOthers(CircuitBreakers.class)
            .reads("thresholds")
            .rejects("per_host_thresholds", "clusters have hosts");
    private static final Fields<CircuitBreakers.Thresholds> THRESHOLDS = Fields.ignoringOthers(
                    CircuitBreakers.Thresholds.class)
            .reads("priority", "max_requests", "max_pending_requests", "max_retries")
            .reads("retry_budget", "track_remaining")
            .rejects("max_connections", "clusters have connections")
            .rejects("max_connection_pools", "clusters have connections");

    /// What of routes' circuit breakers is read, in typed metadata under the key `heddle.circuit_breakers`.
    static final List<Fields<?>> FIELDS = List.of(CIRCUIT_BREAKERS, THRESHOLDS);

    private static final String OURS = "heddle.";
    private static final String TYPE = "envoy.config.cluster.v3.CircuitBreakers";
    private static final String NO_CONNECTIONS = "means nothing for a route, which has no connections";
    private static final String OF_CLUSTERS = "write it in circuit_breakers of the cluster";

    private final String place;
    private final String host;
    private final Limits handedDown;
    private final Map<String, Integer> taken = new HashMap<>();

    private RouteBreakerReader(String place, String host, Limits handedDown) {
        this.place = place;
        this.host = host;
        this.handedDown = handedDown;
    }

    /// What there may be of each priority; empty of one of which nothing is said.
    private record Limits(Optional<Thresholds> standard, Optional<Thresholds> high) {
        static final Limits NONE = new Limits(Optional.empty(), Optional.empty());

        Optional<Thresholds> of(RoutingPriority priority) {
            return switch (priority) {
                case DEFAULT -> standard;
                case HIGH -> high;
            };
        }

        /// These, and what another threshold says. Of several of one priority the first counts, as those of clusters.
        Limits and(RoutingPriority priority, Thresholds thresholds) {
            var said = of(priority).or(() -> Optional.of(thresholds));
            return switch (priority) {
                case DEFAULT -> new Limits(said, high);
                case HIGH -> new Limits(standard, said);
            };
        }
    }

    /// The reader of what a table says.
    static RouteBreakerReader of(RouteConfiguration message, Scope scope) {
        var limits = read(message.getMetadata(), scope.at("metadata"));
        return new RouteBreakerReader(scope.object() + ": " + scope.path(), "", limits.orElse(Limits.NONE));
    }

    /// The reader of the routes of a virtual host of this table.
    RouteBreakerReader of(VirtualHost message, Scope scope) {
        var limits = read(message.getMetadata(), scope.at("metadata"));
        return new RouteBreakerReader(place, message.getName(), limits.orElse(handedDown));
    }

    /// What `message` may have under way; empty without limits. A priority that is not known is an error elsewhere.
    Optional<RouteLimits> read(Route message, Scope scope) {
        var own = read(message.getMetadata(), scope.at("metadata"));
        var here = scope.at("metadata").at("typed_filter_metadata", KEY);
        if (!message.hasRoute()) {
            own.ifPresent(_ -> here.warning("has no effect: the route forwards nothing", "remove it"));
            return Optional.empty();
        }
        var priority = priority(message.getRoute().getPriority()).orElse(RoutingPriority.DEFAULT);
        if (own.isPresent()
                && !own.get().equals(Limits.NONE)
                && own.get().of(priority).isEmpty()) {
            here.at("thresholds")
                    .warning("has none for the route's priority, which is " + priority, "set priority: " + priority);
        }
        var names = new RouteLimits.Names(host, message.getName(), message.getStatPrefix());
        return own.orElse(handedDown)
                .of(priority)
                .filter(RouteBreakerReader::limits)
                .map(found -> new RouteLimits(place(message), names, priority, found));
    }

    /// Which route it is, whatever comes and goes beside it: its name, or what it matches where it has none. Of
    /// several that are alike the order counts.
    private String place(Route message) {
        var route = message.getName().isEmpty()
                ? "match " + message.getMatch().toByteString().toString(StandardCharsets.ISO_8859_1)
                : "name " + message.getName();
        return place + "\n" + host + "\n" + route + "\n" + taken.merge(route, 1, Integer::sum);
    }

    private static boolean limits(Thresholds thresholds) {
        return thresholds.requests() < Integer.MAX_VALUE
                || thresholds.pending() < Integer.MAX_VALUE
                || thresholds.retries() < Integer.MAX_VALUE
                || thresholds.budget().isPresent();
    }

    private static Optional<RoutingPriority> priority(io.envoyproxy.envoy.config.core.v3.RoutingPriority message) {
        return switch (message) {
            case DEFAULT -> Optional.of(RoutingPriority.DEFAULT);
            case HIGH -> Optional.of(RoutingPriority.HIGH);
            case UNRECOGNIZED -> Optional.empty();
        };
    }

    private static Optional<Limits> read(Metadata message, Scope scope) {
        for (var key : message.getTypedFilterMetadataMap().keySet()) {
            if (key.startsWith(OURS) && !key.equals(KEY)) {
                scope.at("typed_filter_metadata", key).warning("is not known; it has no effect", "write " + KEY);
            }
        }
        if (message.containsFilterMetadata(KEY)) {
            scope.at("filter_metadata", KEY)
                    .error("has no effect here", "write it in typed_filter_metadata, with its @type");
        }
        var packed = message.getTypedFilterMetadataMap().get(KEY);
        if (packed == null) {
            return Optional.empty();
        }
        var here = scope.at("typed_filter_metadata", KEY);
        if (!Scope.type(packed).equals(TYPE)) {
            here.error("is no " + TYPE, "write @type: type.googleapis.com/" + TYPE);
            return Optional.empty();
        }
        return here.unpack(packed, CircuitBreakers.parser()).map(found -> limits(found, here));
    }

    private static Limits limits(CircuitBreakers message, Scope scope) {
        scope.check(message, CIRCUIT_BREAKERS);
        if (message.getPerHostThresholdsCount() > 0) {
            scope.at("per_host_thresholds").error("means nothing for a route, which has no hosts", OF_CLUSTERS);
        }
        var limits = Limits.NONE;
        for (int i = 0; i < message.getThresholdsCount(); i++) {
            var found = message.getThresholds(i);
            var here = scope.at("thresholds", i);
            var thresholds = thresholds(found, here);
            var priority = priority(found.getPriority());
            if (priority.isEmpty()) {
                here.at("priority").error("is not known", "write DEFAULT or HIGH");
                continue;
            }
            limits = limits.and(priority.get(), thresholds);
        }
        return limits;
    }

    private static Thresholds thresholds(CircuitBreakers.Thresholds message, Scope scope) {
        scope.check(message, THRESHOLDS);
        if (message.hasMaxConnections()) {
            scope.at("max_connections").error(NO_CONNECTIONS, OF_CLUSTERS);
        }
        if (message.hasMaxConnectionPools()) {
            scope.at("max_connection_pools").error(NO_CONNECTIONS, OF_CLUSTERS);
        }
        return BreakerReader.thresholds(message, Thresholds.UNLIMITED, scope);
    }
}
