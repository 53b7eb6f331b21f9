package io.heddle.xds.read;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.Vhds;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.VirtualHost;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Reads a route configuration: table, virtual hosts, routes and what they match.
final class RouteReader {
    private static final Fields<RouteConfiguration> TABLE = Fields.ignoringOthers(RouteConfiguration.class)
            .reads("name", "virtual_hosts", "request_headers_to_add", "request_headers_to_remove")
            .reads("response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config")
            .reads("ignore_port_in_host_matching", "validate_clusters")
            .limits("vhds", "over ADS, where the routes come by RDS")
            .refuses("cluster_specifier_plugins", "ignore_path_parameters_in_path_matching")
            .reads("most_specific_header_mutations_wins")
            .refuses("internal_only_headers");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.VirtualHost> VIRTUAL_HOST = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.route.v3.VirtualHost.class)
            .reads("name", "domains", "routes", "request_headers_to_add", "request_headers_to_remove")
            .reads("response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config", "retry_policy")
            .refuses("require_tls", "matcher");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.Route> ROUTE = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.route.v3.Route.class)
            .reads("name", "match", "route", "redirect", "direct_response")
            .reads("request_headers_to_add", "request_headers_to_remove")
            .reads("response_headers_to_add", "response_headers_to_remove", "typed_per_filter_config")
            .refuses("filter_action", "non_forwarding_action")
            .accepts("metadata", "says nothing that the proxy needs")
            .accepts("decorator", "there are no traces yet")
            .accepts("stat_prefix", "there are no figures per route yet");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.RouteMatch> MATCH = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.route.v3.RouteMatch.class)
            .reads("prefix", "path", "safe_regex", "path_separated_prefix", "headers", "query_parameters")
            .reads("connect_matcher")
            .limits("case_sensitive", "ASCII letters");

    private static final Fields<Vhds> VHDS =
            Fields.refusingOthers(Vhds.class).limits("config_source", "ADS only, of the delta variant");

    /// What of route configurations is read.
    static final List<Fields<?>> FIELDS = List.of(TABLE, VHDS, VIRTUAL_HOST, ROUTE, MATCH);

    private RouteReader() {}

    /// A route configuration in its place.
    static RouteTable read(RouteConfiguration message, Scope scope) {
        if (message.hasVhds()) {
            scope.at("vhds").error("does not go with routes in their place", "name the routes in rds");
        }
        return read(message, Map.of(), scope);
    }

    /// A route configuration, and what came of its virtual hosts by themselves, under their resources' names. One of
    /// these takes the place of one with the same name.
    static RouteTable read(
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
                new Inherited.Table(
                        message.hasValidateClusters()
                                ? Optional.of(message.getValidateClusters().getValue())
                                : Optional.empty(),
                        message.getMostSpecificHeaderMutationsWins()));
        var hosts = new ArrayList<VirtualHost>();
        var taken = new HashSet<String>();
        for (int i = 0; i < message.getVirtualHostsCount(); i++) {
            if (!replaced.contains(message.getVirtualHosts(i).getName())) {
                hosts.add(virtualHost(message.getVirtualHosts(i), outer, scope.at("virtual_hosts", i), taken));
            }
        }
        discovered.forEach(
                (name, host) -> hosts.add(virtualHost(host, outer, scope.of(ResourceType.VHDS.object(name)), taken)));
        var table = message.getIgnorePortInHostMatching()
                ? RouteTable.ignoringPorts(message.getName(), hosts)
                : RouteTable.of(message.getName(), hosts);
        return message.hasVhds() ? table.withMore() : table;
    }

    private static VirtualHost virtualHost(
            io.envoyproxy.envoy.config.route.v3.VirtualHost message, Inherited outer, Scope scope, Set<String> taken) {
        scope.check(message, VIRTUAL_HOST);
        for (int i = 0; i < message.getDomainsCount(); i++) {
            domain(message.getDomains(i), scope.at("domains", i), taken);
        }
        if (message.getDomainsCount() == 0) {
            scope.at("domains").error("is empty", "name at least one domain");
        }
        var inherited = outer.below(
                Changes.read(
                        new Changes.Source(
                                message.getRequestHeadersToAddList(),
                                message.getRequestHeadersToRemoveList(),
                                message.getResponseHeadersToAddList(),
                                message.getResponseHeadersToRemoveList(),
                                message.getTypedPerFilterConfigMap()),
                        scope),
                message.hasRetryPolicy()
                        ? RetryReader.read(message.getRetryPolicy(), scope.at("retry_policy"))
                        : RetryReader.Retry.NONE);
        var routes = new ArrayList<Route>();
        for (int i = 0; i < message.getRoutesCount(); i++) {
            route(message.getRoutes(i), inherited, scope.at("routes", i)).ifPresent(routes::add);
        }
        return new VirtualHost(message.getName(), message.getDomainsList(), routes);
    }

    private static void domain(String domain, Scope scope, Set<String> taken) {
        int star = domain.indexOf('*');
        if (domain.isEmpty() || (star > 0 && star < domain.length() - 1) || star != domain.lastIndexOf('*')) {
            scope.error("is no domain: " + domain, "write a host, *.suffix, prefix.* or *");
        } else if (!taken.add(domain.toLowerCase(Locale.ROOT))) {
            scope.error("domain " + domain + " stands twice in this route configuration", "remove one of them");
        }
    }

    private static Optional<Route> route(
            io.envoyproxy.envoy.config.route.v3.Route message, Inherited inherited, Scope scope) {
        scope.check(message, ROUTE);
        var match = match(message.getMatch(), scope.at("match"));
        var own = inherited.below(Changes.read(
                new Changes.Source(
                        message.getRequestHeadersToAddList(),
                        message.getRequestHeadersToRemoveList(),
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        message.getTypedPerFilterConfigMap()),
                scope));
        var action = RouteActionReader.read(message, inherited.with(own), scope);
        if (match.isEmpty() || action.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Route(
                message.getName(), match.get(), action.get(), own.request(), own.response(), own.overrides()));
    }

    private static Optional<RouteMatch> match(io.envoyproxy.envoy.config.route.v3.RouteMatch message, Scope scope) {
        scope.check(message, MATCH);
        boolean ignoreCase =
                message.hasCaseSensitive() && !message.getCaseSensitive().getValue();
        Optional<PathMatcher> path = switch (message.getPathSpecifierCase()) {
            case PREFIX -> Optional.of(new PathMatcher.Prefix(MatcherReader.octets(message.getPrefix()), ignoreCase));
            case PATH -> Optional.of(new PathMatcher.Exact(MatcherReader.octets(message.getPath()), ignoreCase));
            case PATH_SEPARATED_PREFIX -> separated(message.getPathSeparatedPrefix(), ignoreCase, scope);
            case SAFE_REGEX ->
                MatcherReader.pattern(message.getSafeRegex(), scope.at("safe_regex"))
                        .map(PathMatcher.Regex::new);
            case CONNECT_MATCHER -> Optional.of(new PathMatcher.Connect());
            case PATH_MATCH_POLICY -> Optional.empty();
            case PATHSPECIFIER_NOT_SET -> {
                scope.error("says no path", "set prefix, path, path_separated_prefix or safe_regex");
                yield Optional.empty();
            }
        };
        var headers = MatcherReader.headers(message.getHeadersList(), scope, "headers");
        var queries = MatcherReader.queries(message.getQueryParametersList(), scope, "query_parameters");
        return path.map(found -> new RouteMatch(found, headers, queries));
    }

    private static Optional<PathMatcher> separated(String prefix, boolean ignoreCase, Scope scope) {
        if (!prefix.startsWith("/") || prefix.endsWith("/") || prefix.indexOf('?') >= 0 || prefix.indexOf('#') >= 0) {
            scope.at("path_separated_prefix")
                    .error("is no path prefix: " + prefix, "begin it with a slash and end it without one");
            return Optional.empty();
        }
        return Optional.of(new PathMatcher.SeparatedPrefix(MatcherReader.octets(prefix), ignoreCase));
    }
}
