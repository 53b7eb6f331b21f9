package io.heddle.traffic.route;

import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.resilience.RouteLimits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A compiled route configuration: finds the virtual host by authority, then the first route that fits.
///
/// The authority is taken as written, with its port if it has one. The domain order is Envoy's: exact, longest suffix
/// wildcard, longest prefix wildcard, `*`. A request without an authority only reaches a table whose one domain is
/// `*`.
///
/// Routes of a virtual host are found by its [RouteTree] where it has one, and by a [PathIndex] where there are many.
///
/// Immutable; safe on any thread; routing allocates nothing, regular expressions, templates, repeated header lines
/// and path parameters that are left out aside. Source: Envoy's `route.v3.RouteConfiguration`.
public final class RouteTable {
    private static final int LONGEST_HOST = 255 + ":65535".length();

    private final String name;
    private final List<VirtualHost> virtualHosts;
    private final Options options;
    private final boolean hasMore;
    private final HostIndex<CompiledHost> hosts;
    private final List<RouteLimits> limits;

    /// What holds for a whole table.
    ///
    /// @param ignorePort whether the authority's port is left out of the comparison
    ///     (`ignore_port_in_host_matching`)
    /// @param ignoreParameters whether path parameters, from a `;` to the end of their segment, are left out of
    ///     the comparison (`ignore_path_parameters_in_path_matching`)
    /// @param internalOnly headers that are taken out of requests from outside (`internal_only_headers`)
    public record Options(boolean ignorePort, boolean ignoreParameters, List<HeaderName> internalOnly) {
        public static final Options DEFAULT = new Options(false, false, List.of());

        public Options {
            internalOnly = List.copyOf(internalOnly);
        }
    }

    private RouteTable(String name, List<VirtualHost> virtualHosts, Options options, boolean hasMore) {
        this.hasMore = hasMore;
        this.name = name;
        this.virtualHosts = List.copyOf(virtualHosts);
        this.options = options;
        var domains = new LinkedHashMap<String, CompiledHost>();
        for (var host : this.virtualHosts) {
            var compiled = new CompiledHost(host);
            host.domains().forEach(domain -> domains.putIfAbsent(domain, compiled));
        }
        this.hosts = HostIndex.of(domains);
        this.limits = this.virtualHosts.stream()
                .flatMap(host -> host.routes().stream())
                .flatMap(route -> limits(route.action()).stream())
                .toList();
    }

    private static Optional<RouteLimits> limits(RouteAction action) {
        return switch (action) {
            case RouteAction.Forward forward -> forward.options().limits();
            case RouteAction.Redirect _, RouteAction.DirectResponse _, RouteAction.Reject _ -> Optional.empty();
        };
    }

    /// Compiles `virtualHosts`; their domains must be distinct (the reader has checked it).
    public static RouteTable of(String name, List<VirtualHost> virtualHosts) {
        return new RouteTable(name, virtualHosts, Options.DEFAULT, false);
    }

    /// Compiles `virtualHosts` with these options.
    public static RouteTable of(String name, List<VirtualHost> virtualHosts, Options options) {
        return new RouteTable(name, virtualHosts, options, false);
    }

    /// This table as one of which the control plane may have more virtual hosts (Envoy's `vhds`).
    public RouteTable withMore() {
        return new RouteTable(name, virtualHosts, options, true);
    }

    /// The name under which the control plane can be asked for the virtual host of `head`, whatever is known of it:
    /// `<route configuration>/<host>`, the host in small letters. Empty where there are no more, or the request
    /// names no host.
    public Optional<String> more(RequestHead head) {
        long authority = head.authority();
        if (!hasMore || !Span.isPresent(authority)) {
            return Optional.empty();
        }
        int start = Span.start(authority);
        int end = Span.end(authority);
        int length = (options.ignorePort() ? withoutPort(head.bytes(), start, end) : end) - start;
        var host = new String(head.bytes(), start, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        boolean good = !host.isEmpty() && host.length() <= LONGEST_HOST && host.indexOf('/') < 0;
        return good ? Optional.of(name + "/" + host) : Optional.empty();
    }

    /// The route configuration's name.
    public String name() {
        return name;
    }

    /// The virtual hosts in the order configured.
    public List<VirtualHost> virtualHosts() {
        return virtualHosts;
    }

    /// How much routes may have under way, of those that have limits of their own.
    public List<RouteLimits> limits() {
        return limits;
    }

    /// What holds for the whole table.
    public Options options() {
        return options;
    }

    /// Decides for `head`, of which nothing else is known.
    public RouteDecision route(RequestHead head, Trace trace) {
        return route(head, RouteFacts.NONE, trace);
    }

    /// Decides for `head`; [RouteDecision#NOT_FOUND] when no virtual host fits, the same action under the virtual
    /// host's name when none of its routes does.
    public RouteDecision route(RequestHead head, RouteFacts facts, Trace trace) {
        var host = host(head);
        if (host == null) {
            if (trace.on()) {
                trace.decided("virtual host", name, "no domain fits");
            }
            return RouteDecision.NOT_FOUND;
        }
        if (trace.on()) {
            trace.decided("virtual host", host.name, "fits");
        }
        if (host.needsTls(facts)) {
            if (trace.on()) {
                trace.decided("virtual host", host.name, "wants TLS");
            }
            return host.overTls;
        }
        int start = Span.start(head.path());
        int end = PathMatcher.end(head);
        if (options.ignoreParameters && hasParameters(head.bytes(), start, end)) {
            var plain = withoutParameters(head.bytes(), start, end);
            return host.route(head, facts, plain, Span.of(0, plain.length), trace);
        }
        return host.route(head, facts, head.bytes(), Span.of(start, end), trace);
    }

    private @Nullable CompiledHost host(RequestHead head) {
        if (hosts.isOnlyFallback()) {
            return hosts.fallback();
        }
        long authority = head.authority();
        if (!Span.isPresent(authority) || Span.length(authority) == 0) {
            return null;
        }
        int start = Span.start(authority);
        int end = Span.end(authority);
        return hosts.find(head.bytes(), start, options.ignorePort ? withoutPort(head.bytes(), start, end) : end);
    }

    private static int withoutPort(byte[] bytes, int start, int end) {
        int at = end;
        while (at > start && bytes[at - 1] >= '0' && bytes[at - 1] <= '9') {
            at--;
        }
        return at > start && at < end && bytes[at - 1] == ':' ? at - 1 : end;
    }

    private static boolean hasParameters(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] == ';') {
                return true;
            }
        }
        return false;
    }

    private static byte[] withoutParameters(byte[] bytes, int start, int end) {
        var plain = new byte[end - start];
        int length = 0;
        boolean parameter = false;
        for (int i = start; i < end; i++) {
            parameter = bytes[i] == ';' || (parameter && bytes[i] != '/');
            if (!parameter) {
                plain[length++] = bytes[i];
            }
        }
        return Arrays.copyOf(plain, length);
    }

    /// A virtual host with one decision made ready per route.
    private static final class CompiledHost {
        private final String name;
        private final VirtualHost.TlsRequirement tls;
        private final RouteDecision nothing;
        private final RouteDecision overTls;
        private final RouteTree<RouteSearch> routes;

        CompiledHost(VirtualHost host) {
            name = host.name();
            tls = host.tls();
            var clusters = host.virtualClusters();
            nothing = new RouteDecision(host.name(), Route.NONE, Route.NONE.action(), clusters);
            overTls = new RouteDecision(host.name(), Route.NONE, RouteAction.Redirect.TO_TLS, clusters);
            routes = host.tree()
                    .map(list -> new RouteSearch(list.stream()
                            .map(route -> new RouteDecision(host.name(), route, route.action(), clusters))
                            .toList()));
        }

        boolean needsTls(RouteFacts facts) {
            return switch (tls) {
                case NONE -> false;
                case EXTERNAL_ONLY -> !facts.https() && !facts.internal();
                case ALL -> !facts.https();
            };
        }

        RouteDecision route(RequestHead head, RouteFacts facts, byte[] path, long span, Trace trace) {
            var search = search(head, facts, trace);
            if (search == null) {
                return nothing;
            }
            var found =
                    trace.on() ? search.explain(head, facts, path, span, trace) : search.first(head, facts, path, span);
            return found == null ? nothing : found;
        }

        private @Nullable RouteSearch search(RequestHead head, RouteFacts facts, Trace trace) {
            return routes instanceof RouteTree.Leaf<RouteSearch>(var all)
                    ? all
                    : routes.find(head, facts, trace).orElse(null);
        }
    }
}
