package io.heddle.xds.read.cluster;

import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheCircuitBreakers;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig;
import io.heddle.traffic.filter.DynamicForwardFilter;
import io.heddle.traffic.filter.DynamicForwardFilter.HostRewrite;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.runtime.Cluster.Discovery;
import io.heddle.traffic.runtime.DnsCachePolicy;
import io.heddle.traffic.runtime.DnsPolicy;
import io.heddle.traffic.runtime.DnsResolution;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads dynamic forward proxies: the cluster, the filter, and the cache of names that both speak of.
public final class DynamicForwardReader {
    private static final Fields<ClusterConfig> CLUSTER = Fields.refusingOthers(ClusterConfig.class)
            .reads("dns_cache_config", "allow_insecure_cluster_options")
            .rejects("sub_clusters_config", "use `dns_cache_config`")
            .accepts("allow_coalesced_connections", "connections are never shared between hosts");
    private static final Fields<FilterConfig> FILTER = Fields.refusingOthers(FilterConfig.class)
            .limits("dns_cache_config", "must be the cluster's")
            .rejects("sub_cluster_config", "use `dns_cache_config`");
    private static final Fields<PerRouteConfig> ROUTE =
            Fields.refusingOthers(PerRouteConfig.class).reads("host_rewrite_literal", "host_rewrite_header");
    private static final Fields<DnsCacheConfig> CACHE = Fields.ignoringOthers(DnsCacheConfig.class)
            .reads("name", "dns_lookup_family", "dns_refresh_rate", "dns_failure_refresh_rate")
            .limits("dns_min_refresh_rate", "at least 1 s; 5 s when not given")
            .limits("host_ttl", "at least 1 s; 5 min when not given")
            .limits("max_hosts", "in each cluster; 1,024 when not given")
            .reads("dns_cache_circuit_breaker", "typed_dns_resolver_config", "dns_query_timeout")
            .reads("preresolve_hostnames", "disable_dns_refresh_on_failure")
            .refuses("dns_resolution_config", "use_tcp_for_dns_lookups");
    private static final Fields<DnsCacheCircuitBreakers> BREAKERS =
            Fields.ignoringOthers(DnsCacheCircuitBreakers.class).limits("max_pending_requests", "1,024 when not given");
    private static final Fields<UpstreamHttpProtocolOptions> NAMES = Fields.ignoringOthers(
                    UpstreamHttpProtocolOptions.class)
            .limits("auto_sni", "of dynamic forward proxies only")
            .limits("auto_san_validation", "of dynamic forward proxies only; refused elsewhere")
            .refuses("override_auto_sni_header");

    /// What of dynamic forward proxies is read.
    static final List<Fields<?>> FIELDS = List.of(CLUSTER, FILTER, ROUTE, CACHE, BREAKERS, NAMES);

    private static final Duration REFRESH = Duration.ofSeconds(60);
    private static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final Duration HOST_TTL = Duration.ofMinutes(5);
    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int MANY = 1024;

    private DynamicForwardReader() {}

    /// The cluster type; `names` are the options that say whether SNI and verification follow the host.
    static Discovery cluster(ClusterConfig message, Optional<UpstreamHttpProtocolOptions> names, Scope scope) {
        scope.check(message, CLUSTER);
        if (!message.hasDnsCacheConfig()) {
            scope.at("sub_clusters_config").error("is not supported", "set dns_cache_config");
            return Discovery.STATIC;
        }
        names.ifPresent(found -> scope.check(found, NAMES));
        boolean serverName = names.map(UpstreamHttpProtocolOptions::getAutoSni).orElse(true);
        boolean verified =
                names.map(UpstreamHttpProtocolOptions::getAutoSanValidation).orElse(true);
        if (!(serverName && verified) && !message.getAllowInsecureClusterOptions()) {
            scope.error(
                    "auto_sni and auto_san_validation are not both on",
                    "set both in upstream_http_protocol_options, or allow_insecure_cluster_options");
        }
        return new Discovery.DynamicForward(
                cache(message.getDnsCacheConfig(), scope.at("dns_cache_config")), serverName, verified);
    }

    /// Says of other clusters that their hosts' names do not follow the request.
    static void elsewhere(UpstreamHttpProtocolOptions message, Scope scope) {
        scope.check(message, NAMES);
        if (message.getAutoSni()) {
            scope.at("auto_sni").warning("is for dynamic forward proxies only", "set sni in the TLS context");
        }
        if (message.getAutoSanValidation()) {
            scope.at("auto_san_validation")
                    .error(
                            "is for dynamic forward proxies only",
                            "set match_typed_subject_alt_names in the validation context");
        }
    }

    /// The filter, under its name; empty, and an error, where it says no cache of names.
    public static Optional<DynamicForwardFilter> filter(String name, FilterConfig message, Scope scope) {
        scope.check(message, FILTER);
        if (!message.hasDnsCacheConfig()) {
            scope.at("sub_cluster_config").error("is not supported", "set dns_cache_config");
            return Optional.empty();
        }
        cache(message.getDnsCacheConfig(), scope.at("dns_cache_config"));
        return Optional.of(new DynamicForwardFilter(name));
    }

    /// What a route says instead of the host that the client named.
    public static Optional<HostRewrite> route(PerRouteConfig message, Scope scope) {
        scope.check(message, ROUTE);
        return switch (message.getHostRewriteSpecifierCase()) {
            case HOST_REWRITE_LITERAL ->
                HeadTexts.authority(message.getHostRewriteLiteral(), scope.at("host_rewrite_literal"))
                        .map(HostRewrite.Literal::new);
            case HOST_REWRITE_HEADER ->
                Optional.of(new HostRewrite.Header(HeaderName.of(message.getHostRewriteHeader())));
            case HOSTREWRITESPECIFIER_NOT_SET -> {
                scope.error("says nothing", "set host_rewrite_literal or host_rewrite_header");
                yield Optional.empty();
            }
        };
    }

    private static DnsCachePolicy cache(DnsCacheConfig message, Scope scope) {
        scope.check(message, CACHE);
        if (message.getName().isEmpty()) {
            scope.at("name").error("is missing", "write a name");
        }
        var refresh = message.hasDnsRefreshRate()
                ? DnsReader.interval(message.getDnsRefreshRate(), scope.at("dns_refresh_rate"))
                : REFRESH;
        var dns = new DnsPolicy(
                DnsReader.family(message.getDnsLookupFamily()),
                refresh,
                true,
                Duration.ZERO,
                message.hasDnsFailureRefreshRate()
                        ? Optional.of(DnsReader.backoff(
                                message.getDnsFailureRefreshRate(), scope.at("dns_failure_refresh_rate")))
                        : Optional.empty(),
                message.hasTypedDnsResolverConfig()
                        ? DnsReader.resolver(message.getTypedDnsResolverConfig(), scope.at("typed_dns_resolver_config"))
                        : DnsResolution.SYSTEM);
        var breakers = message.getDnsCacheCircuitBreaker();
        scope.at("dns_cache_circuit_breaker").check(breakers, BREAKERS);
        var policy = new DnsCachePolicy(
                message.getName(),
                dns,
                message.hasDnsMinRefreshRate()
                        ? second(message.getDnsMinRefreshRate(), SHORTEST, scope.at("dns_min_refresh_rate"))
                        : SHORTEST,
                new DnsCachePolicy.Hosts(
                        message.hasMaxHosts() ? count(message.getMaxHosts().getValue()) : MANY,
                        message.hasHostTtl() ? second(message.getHostTtl(), HOST_TTL, scope.at("host_ttl")) : HOST_TTL),
                message.hasDnsQueryTimeout()
                        ? Values.duration(message.getDnsQueryTimeout(), QUERY_TIMEOUT, scope.at("dns_query_timeout"))
                        : QUERY_TIMEOUT,
                breakers.hasMaxPendingRequests()
                        ? count(breakers.getMaxPendingRequests().getValue())
                        : MANY,
                !message.getDisableDnsRefreshOnFailure(),
                preresolved(message, scope));
        scope.findings().cache(policy, scope);
        return policy;
    }

    private static List<DnsResolution.Server> preresolved(DnsCacheConfig message, Scope scope) {
        var names = new ArrayList<DnsResolution.Server>();
        for (int i = 0; i < message.getPreresolveHostnamesCount(); i++) {
            SocketAddress found = message.getPreresolveHostnames(i);
            Values.socket(found, scope.at("preresolve_hostnames", i))
                    .ifPresent(host -> names.add(new DnsResolution.Server(host.host(), host.port())));
        }
        return names;
    }

    private static Duration second(com.google.protobuf.Duration message, Duration standard, Scope scope) {
        var found = Values.duration(message, standard, scope);
        if (found.compareTo(SECOND) < 0) {
            scope.error("is less than a second", "write at least 1s");
            return standard;
        }
        return found;
    }

    private static int count(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : Math.max(1, unsigned);
    }
}
