package io.heddle.xds.read.cluster;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RefreshRate;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.clusters.common.dns.v3.DnsLookupFamily;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.runtime.DnsPolicy;
import io.heddle.traffic.runtime.DnsPolicy.Backoff;
import io.heddle.traffic.runtime.DnsPolicy.Family;
import io.heddle.traffic.runtime.DnsResolution;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads how names are resolved.
final class DnsReader {
    private static final String REFRESH_TIMES = "more than 1 ms";
    private static final Fields<RefreshRate> REFRESH =
            Fields.ignoringOthers(RefreshRate.class).reads("base_interval", "max_interval");
    private static final Fields<DnsCluster> DNS_CLUSTER = Fields.refusingOthers(DnsCluster.class)
            .limits("dns_refresh_rate", REFRESH_TIMES)
            .reads("dns_failure_refresh_rate", "respect_dns_ttl", "dns_jitter", "typed_dns_resolver_config")
            .reads("dns_lookup_family", "all_addresses_in_single_endpoint");
    private static final Fields<DnsCluster.RefreshRate> CLUSTER_REFRESH =
            Fields.ignoringOthers(DnsCluster.RefreshRate.class).reads("base_interval", "max_interval");
    private static final Fields<TypedExtensionConfig> RESOLVER = Fields.refusingOthers(TypedExtensionConfig.class)
            .accepts("name", "the type says which resolver it is")
            .limits("typed_config", "c-ares, whose settings Heddle's own resolver follows, and getaddrinfo");
    private static final Fields<CaresDnsResolverConfig> CARES = Fields.ignoringOthers(CaresDnsResolverConfig.class)
            .limits("resolvers", "IP addresses; asked over UDP, and over TCP what is truncated")
            .reads("use_resolvers_as_fallback", "filter_unroutable_families", "query_timeout_seconds")
            .reads("rotate_nameservers")
            .limits("edns0_max_payload_size", "512 to 4,096; 1,232 when not given");
    private static final Fields<GetAddrInfoDnsResolverConfig> GETADDRINFO =
            Fields.ignoringOthers(GetAddrInfoDnsResolverConfig.class);

    /// What of the resolution of names is read.
    static final List<Fields<?>> FIELDS = List.of(REFRESH, DNS_CLUSTER, CLUSTER_REFRESH, RESOLVER, CARES, GETADDRINFO);

    private static final String PACKAGE = "envoy.extensions.network.dns_resolver.";
    private static final String CARES_TYPE = PACKAGE + "cares.v3.CaresDnsResolverConfig";
    private static final String GETADDRINFO_TYPE = PACKAGE + "getaddrinfo.v3.GetAddrInfoDnsResolverConfig";
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final int SMALLEST_PAYLOAD = 512;
    private static final int LARGEST_PAYLOAD = 4096;
    private static final int LONGEST_TIMEOUT = 600;

    private DnsReader() {}

    /// The policy in a cluster's own fields.
    @SuppressWarnings("deprecation") // they are what people write
    static DnsPolicy cluster(Cluster message, Scope scope) {
        var standard = DnsPolicy.DEFAULT;
        return new DnsPolicy(
                family(message.getDnsLookupFamily()),
                message.hasDnsRefreshRate()
                        ? interval(message.getDnsRefreshRate(), scope.at("dns_refresh_rate"))
                        : standard.refresh(),
                message.getRespectDnsTtl(),
                message.hasDnsJitter()
                        ? Values.duration(message.getDnsJitter(), Duration.ZERO, scope.at("dns_jitter"))
                        : Duration.ZERO,
                message.hasDnsFailureRefreshRate()
                        ? Optional.of(backoff(message.getDnsFailureRefreshRate(), scope.at("dns_failure_refresh_rate")))
                        : Optional.empty(),
                message.hasTypedDnsResolverConfig()
                        ? resolver(message.getTypedDnsResolverConfig(), scope.at("typed_dns_resolver_config"))
                        : standard.resolver());
    }

    /// The policy in the settings of the cluster type `envoy.cluster.dns`.
    @SuppressWarnings("deprecation") // both say the same
    static DnsPolicy extension(DnsCluster message, Scope scope) {
        scope.check(message, DNS_CLUSTER);
        var same = Cluster.newBuilder()
                .setDnsLookupFamily(family(message.getDnsLookupFamily()))
                .setRespectDnsTtl(message.getRespectDnsTtl());
        if (message.hasDnsRefreshRate()) {
            same.setDnsRefreshRate(message.getDnsRefreshRate());
        }
        if (message.hasDnsJitter()) {
            same.setDnsJitter(message.getDnsJitter());
        }
        if (message.hasTypedDnsResolverConfig()) {
            same.setTypedDnsResolverConfig(message.getTypedDnsResolverConfig());
        }
        if (message.hasDnsFailureRefreshRate()) {
            var rate = message.getDnsFailureRefreshRate();
            scope.at("dns_failure_refresh_rate").check(rate, CLUSTER_REFRESH);
            var copy = RefreshRate.newBuilder();
            if (rate.hasBaseInterval()) {
                copy.setBaseInterval(rate.getBaseInterval());
            }
            if (rate.hasMaxInterval()) {
                copy.setMaxInterval(rate.getMaxInterval());
            }
            same.setDnsFailureRefreshRate(copy);
        }
        return cluster(same.build(), scope);
    }

    private static Cluster.DnsLookupFamily family(DnsLookupFamily family) {
        return switch (family) {
            case UNSPECIFIED, AUTO, UNRECOGNIZED -> Cluster.DnsLookupFamily.AUTO;
            case V4_ONLY -> Cluster.DnsLookupFamily.V4_ONLY;
            case V6_ONLY -> Cluster.DnsLookupFamily.V6_ONLY;
            case V4_PREFERRED -> Cluster.DnsLookupFamily.V4_PREFERRED;
            case ALL -> Cluster.DnsLookupFamily.ALL;
        };
    }

    static Family family(Cluster.DnsLookupFamily family) {
        return switch (family) {
            case AUTO, UNRECOGNIZED -> Family.AUTO;
            case V4_ONLY -> Family.V4_ONLY;
            case V6_ONLY -> Family.V6_ONLY;
            case V4_PREFERRED -> Family.V4_PREFERRED;
            case ALL -> Family.ALL;
        };
    }

    /// How often; an error when it is not more than a millisecond.
    static Duration interval(com.google.protobuf.Duration message, Scope scope) {
        var found = Values.duration(message, DnsPolicy.DEFAULT.refresh(), scope);
        if (found.compareTo(SHORTEST) <= 0) {
            scope.error("is not more than 1 ms", "write for example 5s");
            return DnsPolicy.DEFAULT.refresh();
        }
        return found;
    }

    static Backoff backoff(RefreshRate message, Scope scope) {
        scope.check(message, REFRESH);
        if (!message.hasBaseInterval()) {
            scope.at("base_interval").error("is missing", "write for example 2s");
            return new Backoff(DnsPolicy.DEFAULT.refresh(), DnsPolicy.DEFAULT.refresh());
        }
        var base = interval(message.getBaseInterval(), scope.at("base_interval"));
        if (!message.hasMaxInterval()) {
            return new Backoff(base, base.multipliedBy(10)); // as Envoy
        }
        var longest = interval(message.getMaxInterval(), scope.at("max_interval"));
        if (longest.compareTo(base) < 0) {
            scope.at("max_interval").error("is less than base_interval", "write at least " + base.toMillis() + "ms");
        }
        return new Backoff(base, longest);
    }

    static DnsResolution resolver(TypedExtensionConfig message, Scope scope) {
        scope.check(message, RESOLVER);
        return resolver(message.getTypedConfig(), scope.at("typed_config"));
    }

    private static DnsResolution resolver(Any any, Scope scope) {
        return switch (Scope.type(any)) {
            case CARES_TYPE ->
                scope.unpack(any, CaresDnsResolverConfig.parser())
                        .map(found -> cares(found, scope))
                        .orElse(DnsResolution.SYSTEM);
            case GETADDRINFO_TYPE -> {
                scope.unpack(any, GetAddrInfoDnsResolverConfig.parser())
                        .ifPresent(found -> scope.check(found, GETADDRINFO));
                yield DnsResolution.SYSTEM;
            }
            default -> {
                scope.error(
                        "resolver " + Scope.type(any) + " is not supported",
                        "use CaresDnsResolverConfig, or remove it");
                yield DnsResolution.SYSTEM;
            }
        };
    }

    private static DnsResolution cares(CaresDnsResolverConfig message, Scope scope) {
        scope.check(message, CARES);
        var servers = new ArrayList<DnsResolution.Server>();
        for (int i = 0; i < message.getResolversCount(); i++) {
            var here = scope.at("resolvers", i);
            var found = Values.address(message.getResolvers(i), here);
            if (found.isPresent() && AddressMatcher.parse(found.get().host()).isEmpty()) {
                here.error("is no IP address: " + found.get().host(), "write the server's address");
            }
            found.ifPresent(server -> servers.add(new DnsResolution.Server(server.host(), server.port())));
        }
        var standard = DnsResolution.SYSTEM;
        long seconds = message.getQueryTimeoutSeconds().getValue();
        int payload = message.getEdns0MaxPayloadSize().getValue();
        return new DnsResolution(
                servers,
                message.getUseResolversAsFallback(),
                message.getFilterUnroutableFamilies(),
                message.hasQueryTimeoutSeconds()
                        ? Duration.ofSeconds(seconds < 1 ? LONGEST_TIMEOUT : Math.min(seconds, LONGEST_TIMEOUT))
                        : standard.timeout(),
                message.getRotateNameservers(),
                message.hasEdns0MaxPayloadSize()
                        ? Math.clamp(payload, SMALLEST_PAYLOAD, LARGEST_PAYLOAD)
                        : standard.payload());
    }
}
