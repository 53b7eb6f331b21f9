package io.heddle.traffic.route;

import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A compiled route configuration: finds the virtual host by authority, then the first route that fits.
///
/// The authority is taken as written, with its port if it has one. The domain order is Envoy's: exact, longest suffix
/// wildcard, longest prefix wildcard, `*`. A request without an authority only reaches a table whose one domain is `*`.
///
/// Immutable; safe on any thread; routing allocates nothing, regular expressions and repeated header lines aside.
/// Source: Envoy's `route.v3.RouteConfiguration`.
public final class RouteTable {
    private static final int LONGEST_HOST = 255 + ":65535".length();

    private final String name;
    private final List<VirtualHost> virtualHosts;
    private final boolean ignorePort;
    private final boolean hasMore;
    private final HostIndex<CompiledHost> hosts;

    private RouteTable(String name, List<VirtualHost> virtualHosts, boolean ignorePort, boolean hasMore) {
        this.hasMore = hasMore;
        this.name = name;
        this.virtualHosts = List.copyOf(virtualHosts);
        this.ignorePort = ignorePort;
        var domains = new LinkedHashMap<String, CompiledHost>();
        for (var host : this.virtualHosts) {
            var compiled = CompiledHost.of(host);
            host.domains().forEach(domain -> domains.putIfAbsent(domain, compiled));
        }
        this.hosts = HostIndex.of(domains);
    }

    /// Compiles `virtualHosts`; their domains must be distinct (the reader has checked it).
    public static RouteTable of(String name, List<VirtualHost> virtualHosts) {
        return new RouteTable(name, virtualHosts, false, false);
    }

    /// Compiles `virtualHosts`; the authority's port is left out of the comparison
    /// (Envoy's `ignore_port_in_host_matching`).
    public static RouteTable ignoringPorts(String name, List<VirtualHost> virtualHosts) {
        return new RouteTable(name, virtualHosts, true, false);
    }

    /// This table as one of which the control plane may have more virtual hosts (Envoy's `vhds`).
    public RouteTable withMore() {
        return new RouteTable(name, virtualHosts, ignorePort, true);
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
        int length = (ignorePort ? withoutPort(head.bytes(), start, end) : end) - start;
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

    /// Decides for `head`; [RouteDecision#NOT_FOUND] when no virtual host fits, the same action under the virtual
    /// host's name when none of its routes does.
    public RouteDecision route(RequestHead head, Trace trace) {
        var host = host(head);
        if (host == null) {
            if (trace.on()) {
                trace.decided("virtual host", name, "no domain fits");
            }
            return RouteDecision.NOT_FOUND;
        }
        if (trace.on()) {
            trace.decided("virtual host", host.name(), "fits");
        }
        return host.route(head, trace);
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
        return hosts.find(head.bytes(), start, ignorePort ? withoutPort(head.bytes(), start, end) : end);
    }

    private static int withoutPort(byte[] bytes, int start, int end) {
        int at = end;
        while (at > start && bytes[at - 1] >= '0' && bytes[at - 1] <= '9') {
            at--;
        }
        return at > start && at < end && bytes[at - 1] == ':' ? at - 1 : end;
    }

    /// A virtual host with one decision made ready per route.
    private record CompiledHost(String name, List<RouteDecision> decisions, RouteDecision nothing) {
        static CompiledHost of(VirtualHost host) {
            return new CompiledHost(
                    host.name(),
                    host.routes().stream()
                            .map(route -> new RouteDecision(host.name(), route, route.action()))
                            .toList(),
                    new RouteDecision(host.name(), Route.NONE, Route.NONE.action()));
        }

        RouteDecision route(RequestHead head, Trace trace) {
            int pathEnd = PathMatcher.end(head);
            for (int i = 0; i < decisions.size(); i++) {
                var decision = decisions.get(i);
                if (decision.route()
                        .match()
                        .matches(head, pathEnd, trace, decision.route().name())) {
                    if (trace.on()) {
                        trace.decided("route", decision.route().name(), "fits");
                    }
                    return decision;
                }
            }
            return nothing;
        }
    }
}
