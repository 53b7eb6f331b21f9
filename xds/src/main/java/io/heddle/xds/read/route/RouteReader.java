package io.heddle.xds.read.route;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.Vhds;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.ForwardOptions;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.RouteTree;
import io.heddle.traffic.route.VirtualHost;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import io.heddle.xds.read.filter.CorsReader;
import io.heddle.xds.read.filter.RateLimitReader;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Reads a route configuration: table, virtual hosts and routes.
public final class RouteReader {
    private static final Fields<RouteConfiguration> TABLE = Fields.ignoringOthers(RouteConfiguration.class)
            .reads("name", "virtual_hosts", "request_headers_to_add", "request_headers_to_remove")
            .reads("response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config")
            .reads("ignore_port_in_host_matching", "ignore_path_parameters_in_path_matching", "validate_clusters")
            .reads("most_specific_header_mutations_wins", "request_mirror_policies", "internal_only_headers")
            .reads("max_direct_response_body_size_bytes")
            .limits("vhds", "over ADS, where the routes come by RDS")
            .limits("metadata", "`heddle.circuit_breakers`")
            .refuses("cluster_specifier_plugins");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.VirtualHost> VIRTUAL_HOST = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.route.v3.VirtualHost.class)
            .reads("name", "domains", "routes", "request_headers_to_add", "request_headers_to_remove")
            .reads("response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config", "retry_policy")
            .limits("cors", "where `typed_per_filter_config` has none")
            .reads("require_tls", "request_mirror_policies", "include_request_attempt_count")
            .reads("include_attempt_count_in_response")
            .reads("rate_limits", "hedge_policy", "per_request_buffer_limit_bytes", "request_body_buffer_limit")
            .reads("virtual_clusters")
            .limits("metadata", "`heddle.circuit_breakers`")
            .limits("matcher", "not beside `routes`")
            .refuses("retry_policy_typed_config");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.VirtualCluster> VIRTUAL_CLUSTER =
            Fields.refusingOthers(io.envoyproxy.envoy.config.route.v3.VirtualCluster.class)
                    .reads("name", "headers");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.Route> ROUTE = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.route.v3.Route.class)
            .reads("name", "match", "route", "redirect", "direct_response")
            .reads("request_headers_to_add", "request_headers_to_remove")
            .reads("response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config")
            .reads("per_request_buffer_limit_bytes", "request_body_buffer_limit")
            .refuses("filter_action", "non_forwarding_action")
            .limits("metadata", "for rate limits, `%METADATA(ROUTE:…)%`, `check-routes` and `heddle.circuit_breakers`")
            .reads("stat_prefix")
            .accepts("decorator", "there are no traces yet");

    private static final Fields<Vhds> VHDS =
            Fields.refusingOthers(Vhds.class).limits("config_source", "ADS only, of the delta variant");

    /// What of route configurations is read.
    static final List<Fields<?>> FIELDS = List.of(TABLE, VHDS, VIRTUAL_HOST, VIRTUAL_CLUSTER, ROUTE);

    private static final int LARGEST_BODY = 4096;

    private RouteReader() {}

    /// A route configuration in its place.
    public static RouteTable read(RouteConfiguration message, Scope scope) {
        if (message.hasVhds()) {
            scope.at("vhds").error("does not go with routes in their place", "name the routes in rds");
        }
        return read(message, Map.of(), scope);
    }

    /// A route configuration, and what came of its virtual hosts by themselves, under their resources' names. One of
    /// these takes the place of one with the same name.
    public static RouteTable read(
            RouteConfiguration message,
            Map<String, io.envoyproxy.envoy.config.route.v3.VirtualHost> discovered,
            Scope scope) {
        scope.check(message, TABLE);
        if (message.hasVhds()) {
            var here = scope.at("vhds");
            here.check(message.getVhds(), VHDS);
            Values.overAds(message.getVhds().getConfigSource(), here.at("config_source"));
        }
        var replaced = discovered.values().stream()
                .map(io.envoyproxy.envoy.config.route.v3.VirtualHost::getName)
                .collect(Collectors.toSet());
        Optional<Boolean> validate = message.hasValidateClusters()
                ? Optional.of(message.getValidateClusters().getValue())
                : Optional.empty();
        var outer = new Inherited(
                Changes.read(
                        new Changes.Source(
                                message.getRequestHeadersToAddList(),
                                message.getRequestHeadersToRemoveList(),
                                message.getResponseHeadersToAddList(),
                                message.getResponseHeadersToRemoveList(),
                                message.getTypedPerFilterConfigMap()),
                        scope),
                RetryReader.Retry.NONE,
                false,
                MirrorReader.read(message.getRequestMirrorPoliciesList(), validate, scope),
                false,
                false,
                List.of(),
                RouteBreakerReader.of(message, scope),
                Optional.empty(),
                ForwardOptions.KEPT_BODY,
                new Inherited.Table(
                        validate,
                        message.getMostSpecificHeaderMutationsWins(),
                        message.hasMaxDirectResponseBodySizeBytes()
                                ? Integer.toUnsignedLong(message.getMaxDirectResponseBodySizeBytes()
                                        .getValue())
                                : LARGEST_BODY));
        var hosts = new ArrayList<VirtualHost>();
        var taken = new HashSet<String>();
        for (int i = 0; i < message.getVirtualHostsCount(); i++) {
            if (!replaced.contains(message.getVirtualHosts(i).getName())) {
                hosts.add(virtualHost(message.getVirtualHosts(i), outer, scope.at("virtual_hosts", i), taken));
            }
        }
        discovered.forEach(
                (name, host) -> hosts.add(virtualHost(host, outer, scope.of(ResourceType.VHDS.object(name)), taken)));
        var internalOnly = new ArrayList<HeaderName>();
        for (int i = 0; i < message.getInternalOnlyHeadersCount(); i++) {
            HeadTexts.headerName(message.getInternalOnlyHeaders(i), scope.at("internal_only_headers", i))
                    .ifPresent(internalOnly::add);
        }
        var options = new RouteTable.Options(
                message.getIgnorePortInHostMatching(), message.getIgnorePathParametersInPathMatching(), internalOnly);
        var table = RouteTable.of(message.getName(), hosts, options);
        return message.hasVhds() ? table.withMore() : table;
    }

    private static VirtualHost virtualHost(
            io.envoyproxy.envoy.config.route.v3.VirtualHost message, Inherited outer, Scope scope, Set<String> taken) {
        scope.check(message, VIRTUAL_HOST);
        if (message.getName().isEmpty()) {
            scope.at("name").error("is empty", "write what its figures and logs are called by, for example shop");
        }
        for (int i = 0; i < message.getDomainsCount(); i++) {
            domain(message.getDomains(i), scope.at("domains", i), taken);
        }
        if (message.getDomainsCount() == 0) {
            scope.at("domains").error("is empty", "name at least one domain");
        }
        var inherited = inherited(message, outer, scope);
        var clusters = new ArrayList<VirtualHost.VirtualCluster>();
        for (int i = 0; i < message.getVirtualClustersCount(); i++) {
            var cluster = message.getVirtualClusters(i);
            var here = scope.at("virtual_clusters", i);
            here.check(cluster, VIRTUAL_CLUSTER);
            if (cluster.getName().isEmpty()) {
                here.at("name").error("is empty", "write what its figures are called by");
            }
            if (cluster.getHeadersCount() == 0) {
                here.at("headers").error("is empty, which fits every request", "match for example the header :path");
            }
            clusters.add(new VirtualHost.VirtualCluster(
                    cluster.getName(), MatcherReader.headers(cluster.getHeadersList(), here, "headers")));
        }
        var tls = switch (message.getRequireTls()) {
            case NONE -> VirtualHost.TlsRequirement.NONE;
            case EXTERNAL_ONLY -> VirtualHost.TlsRequirement.EXTERNAL_ONLY;
            case ALL -> VirtualHost.TlsRequirement.ALL;
            case UNRECOGNIZED -> {
                scope.at("require_tls").error("is not known", "write NONE, EXTERNAL_ONLY or ALL");
                yield VirtualHost.TlsRequirement.ALL;
            }
        };
        return new VirtualHost(
                message.getName(), message.getDomainsList(), tree(message, inherited, scope), tls, clusters);
    }

    /// What leads to the routes: the matcher, or all of them in their order.
    private static RouteTree<List<Route>> tree(
            io.envoyproxy.envoy.config.route.v3.VirtualHost message, Inherited inherited, Scope scope) {
        var routes = new ArrayList<Route>();
        for (int i = 0; i < message.getRoutesCount(); i++) {
            route(message.getRoutes(i), inherited, scope.at("routes", i)).ifPresent(routes::add);
        }
        if (!message.hasMatcher()) {
            return new RouteTree.Leaf<>(List.copyOf(routes));
        }
        if (message.getRoutesCount() > 0) {
            scope.at("matcher").error("stands beside routes", "put the routes into it, or remove it");
        }
        return new RouteTreeReader((route, here) -> route(route, inherited, here))
                .read(message.getMatcher(), scope.at("matcher"))
                .orElseGet(() -> new RouteTree.Leaf<>(List.of()));
    }

    @SuppressWarnings("deprecation") // `cors` came before `typed_per_filter_config` and is still written
    private static Inherited inherited(
            io.envoyproxy.envoy.config.route.v3.VirtualHost message, Inherited outer, Scope scope) {
        var own = Changes.read(
                new Changes.Source(
                        message.getRequestHeadersToAddList(),
                        message.getRequestHeadersToRemoveList(),
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        CorsReader.withOld(message.getTypedPerFilterConfigMap(), message.getCors(), scope.at("cors"))),
                scope);
        var mirrors = MirrorReader.read(
                message.getRequestMirrorPoliciesList(), outer.table().validate(), scope);
        return new Inherited(
                outer.below(own),
                message.hasRetryPolicy()
                        ? RetryReader.read(message.getRetryPolicy(), scope.at("retry_policy"))
                        : RetryReader.Retry.NONE,
                RetryReader.hedges(message.getHedgePolicy(), scope.at("hedge_policy")),
                mirrors.isEmpty() ? outer.mirrors() : mirrors,
                message.getIncludeRequestAttemptCount(),
                message.getIncludeAttemptCountInResponse(),
                RateLimitReader.read(message.getRateLimitsList(), scope.at("rate_limits")),
                outer.breakers().of(message, scope),
                Optional.empty(),
                keptBody(message, outer.keptBody(), scope),
                outer.table());
    }

    @SuppressWarnings("deprecation") // older control planes write it
    private static int keptBody(io.envoyproxy.envoy.config.route.v3.VirtualHost message, int outer, Scope scope) {
        return keptBody(
                said(message.hasRequestBodyBufferLimit(), message.getRequestBodyBufferLimit()),
                said(message.hasPerRequestBufferLimitBytes(), message.getPerRequestBufferLimitBytes()),
                outer,
                scope);
    }

    @SuppressWarnings("deprecation") // older control planes write it
    private static int keptBody(io.envoyproxy.envoy.config.route.v3.Route message, int outer, Scope scope) {
        return keptBody(
                said(message.hasRequestBodyBufferLimit(), message.getRequestBodyBufferLimit()),
                said(message.hasPerRequestBufferLimitBytes(), message.getPerRequestBufferLimitBytes()),
                outer,
                scope);
    }

    private static Optional<Long> said(boolean there, UInt64Value limit) {
        return there ? Optional.of(limit.getValue()) : Optional.empty();
    }

    private static Optional<Long> said(boolean there, UInt32Value limit) {
        return there ? Optional.of(Integer.toUnsignedLong(limit.getValue())) : Optional.empty();
    }

    /// How many bytes of a body are kept: what is said newly, what was said of old, or what is said above.
    private static int keptBody(Optional<Long> body, Optional<Long> ofOld, int outer, Scope scope) {
        if (body.isPresent() && ofOld.isPresent()) {
            scope.at("per_request_buffer_limit_bytes").error("stands beside request_body_buffer_limit", "remove it");
        }
        var said = body.or(() -> ofOld);
        return said.isEmpty() ? outer : (int) Math.min(Integer.MAX_VALUE, said.get() < 0 ? Long.MAX_VALUE : said.get());
    }

    private static void domain(String domain, Scope scope, Set<String> taken) {
        int star = domain.indexOf('*');
        if (domain.isEmpty() || (star > 0 && star < domain.length() - 1) || star != domain.lastIndexOf('*')) {
            scope.error("is no domain: " + domain, "write a host, *.suffix, prefix.* or *");
        } else if (!taken.add(domain.toLowerCase(Locale.ROOT))) {
            scope.error("domain " + domain + " stands twice in this route configuration", "remove one of them");
        }
    }

    @SuppressWarnings("deprecation") // `cors` came before `typed_per_filter_config` and is still written
    private static Optional<Route> route(
            io.envoyproxy.envoy.config.route.v3.Route message, Inherited inherited, Scope scope) {
        scope.check(message, ROUTE);
        var match = RouteMatchReader.read(message.getMatch(), scope.at("match"));
        var own = inherited.below(Changes.read(
                new Changes.Source(
                        message.getRequestHeadersToAddList(),
                        message.getRequestHeadersToRemoveList(),
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        CorsReader.withOld(
                                message.getTypedPerFilterConfigMap(),
                                message.getRoute().getCors(),
                                scope.at("route.cors"))),
                scope));
        var limits = inherited.breakers().read(message, scope);
        var kept = keptBody(message, inherited.keptBody(), scope);
        var action = RouteActionReader.read(message, inherited.with(own, limits, kept), scope);
        if (match.isEmpty() || action.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Route(
                message.getName(),
                match.get(),
                action.get(),
                own.request(),
                own.response(),
                LabelReader.all(message.getMetadata()),
                own.overrides(),
                message.getStatPrefix()));
    }
}
