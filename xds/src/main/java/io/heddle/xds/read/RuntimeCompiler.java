package io.heddle.xds.read;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.cluster.ClusterReader;
import io.heddle.xds.read.cluster.ClusterTypeReader;
import io.heddle.xds.read.cluster.EndpointReader;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.HttpProtocols;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.listener.ListenerReader;
import io.heddle.xds.read.route.RouteReader;
import io.heddle.xds.read.tls.SecretReader;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// Compiles resources into what a proxy runs by. Pure; safe on any thread. All problems are found in one pass, each
/// with its resource and path; any error refuses the whole.
public final class RuntimeCompiler {
    /// A route configuration that allows whatever one may: what a virtual host has that came without its own.
    private static final RouteConfiguration MOST_LENIENT = RouteConfiguration.newBuilder()
            .setMaxDirectResponseBodySizeBytes(UInt32Value.of(0xffff_ffff))
            .build();

    private RuntimeCompiler() {}

    /// The configuration of what a server sent, beside what the bootstrap fixed. Of two things with the same name the
    /// fixed one stays, with a warning. A cluster whose endpoints were not sent yet has none.
    public static Checked<RuntimeConfig> compile(ResourceSet dynamic, RuntimeConfig fixed) {
        return compile(dynamic, fixed, false, new CompiledParts());
    }

    /// The same, which reads only what has changed since `known` was used last; where `fromFiles` says that `dynamic`
    /// comes from files, its sources may be files.
    public static Checked<RuntimeConfig> compile(
            ResourceSet dynamic, RuntimeConfig fixed, boolean fromFiles, CompiledParts known) {
        var findings = new Findings();
        var parts = new Parts(new Scope(findings, "", ""));
        known.begin(dynamic);
        for (var cluster : dynamic.resources(ResourceType.CDS).values()) {
            parts.add(known.part(cluster, endpoints -> {
                var part = new Parts();
                part.cluster(cluster.message(io.envoyproxy.envoy.config.cluster.v3.Cluster.class), endpoints);
                return part;
            }));
        }
        parts.checkProtocols();
        for (var listener : dynamic.resources(ResourceType.LDS).values()) {
            parts.add(known.part(listener, _ -> {
                var part = new Parts();
                part.listener(listener.message(Listener.class));
                return part;
            }));
        }
        var hosts = virtualHosts(dynamic);
        for (var routes : dynamic.resources(ResourceType.RDS).values()) {
            var own = hosts.getOrDefault(routes.name(), Map.of());
            parts.add(known.part(routes, own, () -> {
                var part = new Parts();
                part.routes(routes.message(RouteConfiguration.class), messages(own));
                return part;
            }));
        }
        dynamic.messages(ResourceType.SDS, Secret.class).forEach(parts::secret);
        if (!fromFiles) {
            findings.refuseFiles();
        }
        parts.fix(fixed);
        parts.checkAggregates();
        findings.checkMentions(parts.clusters.keySet(), false);
        return Checked.of(parts.config(), findings.problems());
    }

    /// The problems that a resource which came over ADS has by itself, whatever else there is. Whole configurations
    /// may have more.
    public static List<Problem> check(ResourceType type, NamedResource resource) {
        return alone(type, resource, false).problems();
    }

    /// What came of one resource.
    ///
    /// @param config what it is, as far as it could be read
    /// @param problems those that it has by itself
    public record Alone(RuntimeConfig config, List<Problem> problems) {}

    /// One resource by itself, whatever else there is; where `fromFiles` says that it comes from a file, its sources
    /// may be files.
    public static Alone alone(ResourceType type, NamedResource resource, boolean fromFiles) {
        var findings = new Findings();
        var scope = new Scope(findings, "", "");
        var parts = new Parts(scope);
        switch (type) {
            case CDS -> {
                parts.cluster(
                        resource.message(io.envoyproxy.envoy.config.cluster.v3.Cluster.class), _ -> Optional.empty());
                parts.checkProtocols();
                parts.checkAggregates();
            }
            case EDS ->
                EndpointReader.read(
                        resource.message(ClusterLoadAssignment.class), false, scope.of(type.object(resource.name())));
            case LDS -> parts.listener(resource.message(Listener.class));
            case RDS -> parts.routes(resource.message(RouteConfiguration.class), Map.of());
            case VHDS ->
                RouteReader.read(MOST_LENIENT, Map.of(resource.name(), resource.message(VirtualHost.class)), scope);
            case SDS -> parts.secret(resource.message(Secret.class));
        }
        if (!fromFiles) {
            findings.refuseFiles();
        }
        return new Alone(parts.config(), List.copyOf(findings.problems()));
    }

    /// The problems that clusters have with each other and with those that are `fixed`: circles. What is wrong with
    /// one of them is not told.
    public static List<Problem> checkTogether(Collection<NamedResource> clusters, RuntimeConfig fixed) {
        var found = new Findings();
        var known = new Parts();
        for (var resource : clusters) {
            var message = resource.message(io.envoyproxy.envoy.config.cluster.v3.Cluster.class);
            if (message.hasClusterType()) {
                known.cluster(message, _ -> Optional.empty());
            }
        }
        known.fix(fixed);
        ClusterTypeReader.checkAggregates(known.clusters, new Scope(found, "", ""));
        return List.copyOf(found.problems());
    }

    /// The virtual hosts that came by themselves, by their route configurations. A host has no slash, and the name of a
    /// route configuration may have some.
    private static Map<String, Map<String, NamedResource>> virtualHosts(ResourceSet dynamic) {
        var byRoutes = new HashMap<String, Map<String, NamedResource>>();
        dynamic.resources(ResourceType.VHDS)
                .forEach((name, resource) -> byRoutes.computeIfAbsent(
                                name.substring(0, Math.max(0, name.lastIndexOf('/'))), _ -> new TreeMap<>())
                        .put(name, resource));
        return byRoutes;
    }

    private static Map<String, VirtualHost> messages(Map<String, NamedResource> hosts) {
        var messages = new TreeMap<String, VirtualHost>();
        hosts.forEach((name, host) -> messages.put(name, host.message(VirtualHost.class)));
        return messages;
    }

    /// What of `next` has to get ready before it is in use: the clusters whose hosts are found by name, or are
    /// checked, and that `live` has not, or has otherwise; with the secrets of `next`. Hosts of clusters that
    /// are `keyless` are not checked. What is wrong is left out.
    public static RuntimeConfig coming(ResourceSet next, ResourceSet live, Set<String> keyless) {
        var parts = new Parts(new Scope(new Findings(), "", ""));
        Function<String, Optional<ClusterLoadAssignment>> endpoints =
                name -> next.message(ResourceType.EDS, name, ClusterLoadAssignment.class);
        for (var resource : next.resources(ResourceType.CDS).values()) {
            if (live.resource(ResourceType.CDS, resource.name()).equals(Optional.of(resource))) {
                continue;
            }
            var sent = resource.message(io.envoyproxy.envoy.config.cluster.v3.Cluster.class);
            var message = keyless.contains(resource.name())
                    ? sent.toBuilder().clearHealthChecks().build()
                    : sent;
            if (message.getHealthChecksCount() > 0 || ClusterTypeReader.mayBeNamed(message)) {
                parts.comingCluster(message, endpoints);
            }
        }
        if (!parts.clusters.isEmpty()) {
            next.messages(ResourceType.SDS, Secret.class).forEach(parts::secret);
        }
        return parts.config();
    }

    /// The configuration of resources that stand in a bootstrap.
    static RuntimeConfig fixed(
            List<Listener> listeners,
            List<io.envoyproxy.envoy.config.cluster.v3.Cluster> clusters,
            List<Secret> secrets,
            Scope scope) {
        var parts = new Parts(scope);
        var placed = new StaticSecrets(secrets);
        clusters.forEach(cluster -> parts.cluster(placed.place(cluster), _ -> Optional.empty()));
        parts.checkAggregates();
        var named = StaticListeners.named(listeners);
        for (int i = 0; i < named.size(); i++) {
            parts.listener(placed.place(named.get(i)), StaticListeners.shown(listeners, i));
        }
        secrets.stream().filter(secret -> !StaticSecrets.isPlaced(secret)).forEach(parts::secret);
        return parts.config();
    }

    /// What was read so far.
    static final class Parts {
        private final Scope scope;
        private final Map<String, io.heddle.traffic.runtime.Listener> listeners = new HashMap<>();
        private final Map<String, RouteTable> routes = new HashMap<>();
        private final Map<String, Cluster> clusters = new HashMap<>();
        private final Map<String, String> trust = new HashMap<>();
        private final Map<String, CertificateSource.Inline> certificates = new HashMap<>();

        Parts(Scope scope) {
            this.scope = scope;
        }

        /// Those of one resource, with what is found in it.
        Parts() {
            this(new Scope(new Findings(), "", ""));
        }

        /// Whether nothing is wrong with them.
        boolean isGood() {
            return scope.findings().problems().stream().noneMatch(Problem::isError);
        }

        /// Adds those of one resource.
        void add(Parts part) {
            scope.findings().add(part.scope.findings());
            listeners.putAll(part.listeners);
            routes.putAll(part.routes);
            clusters.putAll(part.clusters);
        }

        /// One that was sent. It must have a name: updates and removals go by it.
        void listener(Listener message) {
            if (message.getName().isEmpty()) {
                scope.of("Listener ").at("name").error("is empty", "name it: updates of a listener go by its name");
                return;
            }
            listener(message, message.getName());
        }

        /// One that problems call `shown`.
        void listener(Listener message, String shown) {
            var here = scope.of("Listener " + shown);
            ListenerReader.read(message, here).ifPresent(found -> put(listeners, found.name(), found, here));
        }

        void routes(RouteConfiguration message, Map<String, VirtualHost> discovered) {
            var here = scope.of("RouteConfiguration " + message.getName());
            var hosts = message.hasVhds() ? discovered : Map.<String, VirtualHost>of();
            put(routes, message.getName(), RouteReader.read(message, hosts, here), here);
        }

        void cluster(
                io.envoyproxy.envoy.config.cluster.v3.Cluster message,
                Function<String, Optional<ClusterLoadAssignment>> endpoints) {
            var here = scope.of("Cluster " + message.getName());
            put(clusters, message.getName(), ClusterReader.read(message, endpoints, here), here);
        }

        /// One that has to get ready, as far as it is good.
        void comingCluster(
                io.envoyproxy.envoy.config.cluster.v3.Cluster message,
                Function<String, Optional<ClusterLoadAssignment>> endpoints) {
            var found = new Findings();
            var cluster = ClusterReader.read(message, endpoints, new Scope(found, "Cluster " + message.getName(), ""));
            boolean good = found.problems().stream().noneMatch(Problem::isError);
            if (good
                    && (cluster.health().check().isPresent() || cluster.discovery() instanceof Cluster.Discovery.Dns)) {
                clusters.put(cluster.name(), cluster);
            }
        }

        void checkProtocols() {
            clusters.values().forEach(cluster -> HttpProtocols.check(cluster, scope.of("Cluster " + cluster.name())));
        }

        void checkAggregates() {
            ClusterTypeReader.checkAggregates(clusters, scope);
        }

        void secret(Secret message) {
            SecretReader.read(message, trust, certificates, scope.of("Secret " + message.getName()));
        }

        void fix(RuntimeConfig fixed) {
            fix(listeners, fixed.listeners(), "Listener ");
            fix(routes, fixed.routes(), "RouteConfiguration ");
            fix(clusters, fixed.clusters(), "Cluster ");
            fix(trust, fixed.trust(), "Secret ");
            fix(certificates, fixed.certificates(), "Secret ");
        }

        private <T> void fix(Map<String, T> sent, Map<String, T> fixed, String kind) {
            fixed.forEach((name, value) -> {
                if (sent.put(name, value) != null) {
                    scope.of(kind + name).warning("stands in the bootstrap too, which takes precedence", "rename it");
                }
            });
        }

        private static <T> void put(Map<String, T> map, String name, T value, Scope scope) {
            if (map.put(name, value) != null) {
                scope.error("stands twice", "rename one of them");
            }
        }

        RuntimeConfig config() {
            return new RuntimeConfig(listeners, routes, clusters, trust, certificates);
        }
    }
}
