package io.heddle.xds.read;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.VirtualHost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a route configuration: table, virtual hosts, routes and what they match.
final class RouteReader {
    private RouteReader() {}

    static RouteTable read(RouteConfiguration message, Scope scope) {
        scope.knows(
                message,
                "name",
                "virtual_hosts",
                "request_headers_to_add",
                "request_headers_to_remove",
                "response_headers_to_add",
                "response_headers_to_remove",
                "typed_per_filter_config",
                "ignore_port_in_host_matching",
                "validate_clusters");
        var outer = new Inherited(
                HeaderEditReader.read(
                        message.getRequestHeadersToAddList(),
                        message.getRequestHeadersToRemoveList(),
                        scope,
                        "request"),
                HeaderEditReader.read(
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        scope,
                        "response"),
                FilterReaders.overrides(message.getTypedPerFilterConfigMap(), scope),
                Optional.empty());
        var hosts = new ArrayList<VirtualHost>();
        var taken = new HashSet<String>();
        for (int i = 0; i < message.getVirtualHostsCount(); i++) {
            hosts.add(virtualHost(message.getVirtualHosts(i), outer, scope.at("virtual_hosts", i), taken));
        }
        return message.getIgnorePortInHostMatching()
                ? RouteTable.ignoringPorts(message.getName(), hosts)
                : RouteTable.of(message.getName(), hosts);
    }

    private static VirtualHost virtualHost(
            io.envoyproxy.envoy.config.route.v3.VirtualHost message, Inherited outer, Scope scope, Set<String> taken) {
        scope.knows(
                message,
                "name",
                "domains",
                "routes",
                "require_tls",
                "request_headers_to_add",
                "request_headers_to_remove",
                "response_headers_to_add",
                "response_headers_to_remove",
                "typed_per_filter_config",
                "retry_policy");
        if (message.getRequireTlsValue() != 0) {
            scope.at("require_tls").error(Scope.NOT_SUPPORTED, "remove it");
        }
        if (message.hasMatcher()) {
            scope.at("matcher").error(Scope.NOT_SUPPORTED, "use routes");
        }
        for (int i = 0; i < message.getDomainsCount(); i++) {
            domain(message.getDomains(i), scope.at("domains", i), taken);
        }
        if (message.getDomainsCount() == 0) {
            scope.at("domains").error("is empty", "name at least one domain");
        }
        var inherited = outer.below(
                HeaderEditReader.read(
                        message.getRequestHeadersToAddList(),
                        message.getRequestHeadersToRemoveList(),
                        scope,
                        "request"),
                HeaderEditReader.read(
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        scope,
                        "response"),
                FilterReaders.overrides(message.getTypedPerFilterConfigMap(), scope),
                message.hasRetryPolicy() ? Optional.of(message.getRetryPolicy()) : Optional.empty());
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
        scope.knows(
                message,
                "name",
                "match",
                "route",
                "redirect",
                "direct_response",
                "filter_action",
                "non_forwarding_action",
                "metadata",
                "decorator",
                "stat_prefix",
                "request_headers_to_add",
                "request_headers_to_remove",
                "response_headers_to_add",
                "response_headers_to_remove",
                "typed_per_filter_config");
        var match = match(message.getMatch(), scope.at("match"));
        var action = RouteActionReader.read(message, inherited.retry(), scope);
        var own = inherited.below(
                HeaderEditReader.read(
                        message.getRequestHeadersToAddList(),
                        message.getRequestHeadersToRemoveList(),
                        scope,
                        "request"),
                HeaderEditReader.read(
                        message.getResponseHeadersToAddList(),
                        message.getResponseHeadersToRemoveList(),
                        scope,
                        "response"),
                FilterReaders.overrides(message.getTypedPerFilterConfigMap(), scope),
                Optional.empty());
        if (match.isEmpty() || action.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Route(
                message.getName(),
                match.get(),
                action.get(),
                own.requestEdits(),
                own.responseEdits(),
                own.overrides()));
    }

    private static Optional<RouteMatch> match(io.envoyproxy.envoy.config.route.v3.RouteMatch message, Scope scope) {
        scope.demands(
                message,
                "prefix",
                "path",
                "safe_regex",
                "path_separated_prefix",
                "case_sensitive",
                "headers",
                "connect_matcher",
                "query_parameters");
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

    /// What a table or virtual host hands down to its routes.
    private record Inherited(
            List<HeaderEdit> requestEdits,
            List<HeaderEdit> responseEdits,
            Map<String, FilterOverride> overrides,
            Optional<io.envoyproxy.envoy.config.route.v3.RetryPolicy> retry) {
        Inherited below(
                List<HeaderEdit> request,
                List<HeaderEdit> response,
                Map<String, FilterOverride> settings,
                Optional<io.envoyproxy.envoy.config.route.v3.RetryPolicy> ownRetry) {
            var merged = new HashMap<>(overrides);
            merged.putAll(settings);
            return new Inherited(
                    join(request, requestEdits), join(response, responseEdits), merged, ownRetry.or(() -> retry));
        }

        private static List<HeaderEdit> join(List<HeaderEdit> inner, List<HeaderEdit> outer) {
            if (inner.isEmpty() || outer.isEmpty()) {
                return inner.isEmpty() ? outer : inner;
            }
            var all = new ArrayList<>(inner);
            all.addAll(outer);
            return all;
        }
    }
}
