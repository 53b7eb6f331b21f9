package io.heddle.xds.client;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.stream.Collectors;

/// Finds which routes, virtual hosts, endpoints and secrets a set's listeners, routes and clusters refer to over ADS,
/// and how long each is waited for (`initial_fetch_timeout`; the longest, when several refer to one).
///
/// A part that cannot be unpacked refers to nothing here; the [ConfigSink] refuses it with a reason.
final class References {
    /// The proxy's own certificate: it is local and never asked of a server.
    private static final String OWN_CERTIFICATE = "default";

    /// How long is waited where nothing is said.
    static final Duration INITIAL_FETCH_TIMEOUT = Duration.ofSeconds(15);

    /// What resources refer to, for as long as they are there: a set is asked many times for each change of it.
    private static final Map<NamedResource, References> KNOWN = Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<ResourceType, Map<String, Duration>> names = new EnumMap<>(ResourceType.class);
    /// The files of those that are in files.
    private final Map<ResourceType, Map<String, String>> paths = new EnumMap<>(ResourceType.class);
    private boolean anyOverAds;

    private References() {}

    /// The names referred to, by type, and how long to wait for each, zero for ever; nothing for types that are
    /// asked for as a whole.
    static Map<ResourceType, Map<String, Duration>> of(ResourceSet set) {
        return in(set).names;
    }

    private static References in(ResourceSet set) {
        var found = new References();
        for (var type : ResourceType.values()) {
            found.names.put(type, new TreeMap<>());
        }
        for (var type : List.of(ResourceType.CDS, ResourceType.LDS, ResourceType.RDS)) {
            set.resources(type)
                    .values()
                    .forEach(resource -> found.addAll(KNOWN.computeIfAbsent(resource, References::of)));
        }
        return found;
    }

    /// The files that `set` refers to, by type and name of what is in them.
    static Map<ResourceType, Map<String, String>> paths(ResourceSet set) {
        return in(set).paths;
    }

    /// Whether `set` refers to something over ADS.
    static boolean anyOverAds(ResourceSet set) {
        return in(set).anyOverAds;
    }

    private static References of(NamedResource owner) {
        var found = new References();
        switch (ResourceType.ofTypeUrl(owner.body().getTypeUrl()).orElseThrow()) {
            case CDS -> found.cluster(owner.message(Cluster.class));
            case LDS -> found.listener(owner.message(Listener.class));
            case RDS -> found.routes(owner);
            case EDS, VHDS, SDS -> {}
        }
        return found;
    }

    private void addAll(References others) {
        others.names.forEach((type, referred) -> {
            var known = names.computeIfAbsent(type, _ -> new TreeMap<>());
            referred.forEach((name, timeout) -> known.merge(name, timeout, References::longer));
        });
        others.paths.forEach((type, named) ->
                paths.computeIfAbsent(type, _ -> new TreeMap<>()).putAll(named));
        anyOverAds |= others.anyOverAds;
    }

    /// The names of type `wanted` that these resources of type `owners` refer to.
    static Set<String> names(ResourceType wanted, ResourceType owners, Collection<NamedResource> resources) {
        return of(ResourceSet.EMPTY.with(owners, List.copyOf(resources)))
                .getOrDefault(wanted, Map.of())
                .keySet();
    }

    /// The clusters of `set` that refer to one of these resources.
    static Set<String> to(ResourceType type, Set<String> names, ResourceSet set) {
        return set.resources(ResourceType.CDS).values().stream()
                .filter(cluster -> !Collections.disjoint(names, names(type, ResourceType.CDS, List.of(cluster))))
                .map(NamedResource::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// `set` without the routes, virtual hosts, endpoints and secrets that nothing refers to.
    static ResourceSet prune(ResourceSet set) {
        var pruned = pruned(set);
        boolean fewerRoutes = !pruned.resources(ResourceType.RDS).equals(set.resources(ResourceType.RDS));
        return fewerRoutes ? pruned(pruned) : pruned; // virtual hosts go with their routes
    }

    private static ResourceSet pruned(ResourceSet set) {
        var referred = of(set);
        var pruned = set;
        for (var type : ResourceType.values()) {
            if (!type.wildcardByDefault()) {
                var unused = set.resources(type).values().stream()
                        .map(NamedResource::name)
                        .filter(name -> !referred.getOrDefault(type, Map.of()).containsKey(referred(type, name)))
                        .toList();
                pruned = pruned.without(type, unused);
            }
        }
        return pruned;
    }

    /// The name by which something refers to the resource: a virtual host is referred to with all others of its route
    /// configuration, by the name of that.
    static String referred(ResourceType type, String name) {
        return type == ResourceType.VHDS ? name.substring(0, Math.max(0, name.lastIndexOf('/'))) : name;
    }

    private void routes(NamedResource resource) {
        if (!hasField(resource.body().getValue(), RouteConfiguration.VHDS_FIELD_NUMBER)) {
            return; // Route configurations are large, and few have virtual hosts elsewhere.
        }
        var source = resource.message(RouteConfiguration.class).getVhds().getConfigSource();
        if (overAds(source)) {
            add(ResourceType.VHDS, resource.name(), source);
        }
    }

    private static boolean hasField(ByteString message, int field) {
        try {
            var input = message.newCodedInput();
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == field) {
                    return true;
                }
                input.skipField(tag);
            }
            return false;
        } catch (IOException e) {
            throw new IllegalStateException("what was parsed once can be read", e);
        }
    }

    private void cluster(Cluster cluster) {
        if (cluster.getType() == Cluster.DiscoveryType.EDS) {
            var serviceName = cluster.getEdsClusterConfig().getServiceName();
            add(
                    ResourceType.EDS,
                    serviceName.isEmpty() ? cluster.getName() : serviceName,
                    cluster.getEdsClusterConfig().getEdsConfig());
        }
        socket(cluster.getTransportSocket());
        cluster.getTransportSocketMatchesList().forEach(match -> socket(match.getTransportSocket()));
    }

    private void listener(Listener listener) {
        listener.getFilterChainsList().forEach(this::chain);
        chain(listener.getDefaultFilterChain());
    }

    private void chain(FilterChain chain) {
        socket(chain.getTransportSocket());
        for (var filter : chain.getFiltersList()) {
            unpack(filter.getTypedConfig(), HttpConnectionManager.getDefaultInstance())
                    .filter(manager ->
                            manager.hasRds() && isKnown(manager.getRds().getConfigSource()))
                    .ifPresent(manager -> add(
                            ResourceType.RDS,
                            manager.getRds().getRouteConfigName(),
                            manager.getRds().getConfigSource()));
        }
    }

    /// What secures connections may stand behind what announces them first.
    private void socket(TransportSocket socket) {
        context(socket);
        unpack(socket.getTypedConfig(), ProxyProtocolUpstreamTransport.getDefaultInstance())
                .ifPresent(outer -> context(outer.getTransportSocket()));
    }

    private void context(TransportSocket socket) {
        unpack(socket.getTypedConfig(), UpstreamTlsContext.getDefaultInstance())
                .ifPresent(tls -> tls(tls.getCommonTlsContext()));
        unpack(socket.getTypedConfig(), DownstreamTlsContext.getDefaultInstance())
                .ifPresent(tls -> tls(tls.getCommonTlsContext()));
    }

    private void tls(CommonTlsContext tls) {
        tls.getTlsCertificateSdsSecretConfigsList().forEach(this::secret);
        secret(tls.getValidationContextSdsSecretConfig());
        secret(tls.getCombinedValidationContext().getValidationContextSdsSecretConfig());
    }

    private void secret(SdsSecretConfig secret) {
        if (overAds(secret.getSdsConfig()) && !secret.getName().equals(OWN_CERTIFICATE)) {
            add(ResourceType.SDS, secret.getName(), secret.getSdsConfig());
        }
    }

    private void add(ResourceType type, String name, ConfigSource source) {
        if (!name.isEmpty()) {
            path(source)
                    .ifPresentOrElse(
                            path -> paths.computeIfAbsent(type, _ -> new TreeMap<>())
                                    .put(name, path),
                            () -> anyOverAds = true);
            names.computeIfAbsent(type, _ -> new TreeMap<>()).merge(name, timeout(source), References::longer);
        }
    }

    private static Duration longer(Duration one, Duration other) {
        if (one.isZero() || other.isZero()) {
            return Duration.ZERO; // for ever
        }
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Duration timeout(ConfigSource source) {
        var said = source.getInitialFetchTimeout();
        boolean good = source.hasInitialFetchTimeout() && said.getSeconds() >= 0 && said.getNanos() >= 0;
        return good ? Duration.ofSeconds(said.getSeconds(), said.getNanos()) : INITIAL_FETCH_TIMEOUT;
    }

    private static boolean isKnown(ConfigSource source) {
        return overAds(source) || path(source).isPresent();
    }

    /// The file that `source` names; empty without.
    @SuppressWarnings("deprecation") // `path` came before `path_config_source` and is still written
    private static Optional<String> path(ConfigSource source) {
        return switch (source.getConfigSourceSpecifierCase()) {
            case PATH -> Optional.of(source.getPath());
            case PATH_CONFIG_SOURCE -> Optional.of(source.getPathConfigSource().getPath());
            case ADS, SELF, API_CONFIG_SOURCE, CONFIGSOURCESPECIFIER_NOT_SET -> Optional.empty();
        };
    }

    private static boolean overAds(ConfigSource source) {
        return source.hasAds() || source.hasSelf();
    }

    private static <T extends Message> Optional<T> unpack(Any any, T type) {
        try {
            return any.isSameTypeAs(type) ? Optional.of(any.unpackSameTypeAs(type)) : Optional.empty();
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty();
        }
    }
}
