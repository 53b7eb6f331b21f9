package io.heddle.xds.write;

import static io.heddle.xds.write.Views.CATALOG;
import static io.heddle.xds.write.Views.PAYMENTS;
import static io.heddle.xds.write.Views.WEB;
import static io.heddle.xds.write.Views.at;
import static io.heddle.xds.write.Views.caller;
import static io.heddle.xds.write.Views.endpoint;
import static io.heddle.xds.write.Views.external;
import static io.heddle.xds.write.Views.plain;
import static io.heddle.xds.write.Views.routed;
import static io.heddle.xds.write.Views.service;
import static io.heddle.xds.write.Views.tcp;
import static io.heddle.xds.write.Views.view;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Selector;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.AccessPolicy.Condition;
import io.heddle.model.resource.AccessPolicy.Operation;
import io.heddle.model.resource.AccessPolicy.Source;
import io.heddle.model.resource.FaultPolicy;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.HttpRoute.Backend;
import io.heddle.model.resource.HttpRoute.CookieMatch;
import io.heddle.model.resource.HttpRoute.Match;
import io.heddle.model.resource.HttpRoute.PathMatch;
import io.heddle.model.resource.HttpRoute.Retry;
import io.heddle.model.resource.HttpRoute.Rule;
import io.heddle.model.resource.HttpRoute.ValueMatch;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.resource.RouteFilter.Header;
import io.heddle.model.resource.RouteFilter.PathChange;
import io.heddle.model.resource.Service;
import io.heddle.model.view.MeshSettings.OutboundTraffic;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The views of the golden cases, by the name of their folder.
final class GoldenViews {
    private static final Match ALL_REQUESTS = match(new PathMatch.Prefix("/"));
    private static final ServiceName V1 = new ServiceName("shop", "catalog-v1");
    private static final ServiceName V2 = new ServiceName("shop", "catalog-v2");

    static final Map<String, ProxyView> ALL = Map.ofEntries(
            Map.entry("plain-caller", plainCaller()),
            Map.entry("mutual-tls", mutualTls()),
            Map.entry("weighted-route", weightedRoute()),
            Map.entry("rich-route", richRoute()),
            Map.entry("cookie-route", cookieRoute("0.1.0")),
            Map.entry("cookie-route-older-envoy", cookieRoute("envoy 1.36.4")),
            Map.entry("permissive-inbound", permissive()),
            Map.entry("access-policies", accessPolicies()),
            Map.entry("intercepted", intercepted()),
            Map.entry("intercepted-registry-only", interceptedRegistryOnly()),
            Map.entry("intercepted-tcp", interceptedTcp(List.of())),
            Map.entry("intercepted-tcp-guarded", interceptedTcp(tcpPolicies())));

    private GoldenViews() {}

    static ProxyView named(String name) {
        return Objects.requireNonNull(ALL.get(name));
    }

    private static ProxyView plainCaller() {
        return caller(
                plain(service(PAYMENTS, 8080), endpoint("payments-1", "10.0.0.3", 8080, false)),
                plain(external("api.books.example", 80)),
                plain(service(CATALOG, 80, 9080), endpoint("catalog-1", "10.0.0.1", 9080, false)));
    }

    private static ProxyView mutualTls() {
        return view(
                Optional.of(WEB),
                PeerPolicy.Mode.STRICT,
                List.of(),
                plain(
                        service(CATALOG, 9080),
                        endpoint("catalog-2", "127.0.0.4", 15006, true),
                        endpoint("catalog-1", "127.0.0.3", 15006, true),
                        endpoint("old-1", "127.0.0.9", 9080, false)),
                plain(service(WEB, 80), endpoint("web-1", "127.0.0.2", 15006, true)));
    }

    private static ProxyView weightedRoute() {
        var rule = new Rule(
                "",
                List.of(),
                List.of(),
                List.of(new Backend(V1, 9080, 90, List.of()), new Backend(V2, 9080, 10, List.of())),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return caller(
                routed(service(CATALOG, 9080), List.of(route("catalog", rule)), Map.of()),
                plain(service(V1, 9080), endpoint("catalog-1", "127.0.0.3", 9080, false)),
                plain(service(V2, 9080), endpoint("catalog-2", "127.0.0.4", 9080, false)));
    }

    /// A route that has no host to go to, so that the answers tell what was matched, seen by a proxy of this version.
    private static ProxyView cookieRoute(String version) {
        var gone = new ServiceName("shop", "gone");
        var canary = new Match(
                new PathMatch.Prefix("/"),
                List.of(),
                List.of(),
                List.of(
                        new CookieMatch("group", List.of("canary", "a.b"), false),
                        new CookieMatch("session", List.of("[0-9]+"), true)),
                Optional.empty());
        var one = new Match(
                new PathMatch.Prefix("/"),
                List.of(),
                List.of(),
                List.of(new CookieMatch("group", List.of("beta"), false)),
                Optional.empty());
        var view = caller(routed(
                service(CATALOG, 80),
                List.of(route(
                        "catalog",
                        rule(List.of(ALL_REQUESTS), List.of(redirect(301)), gone),
                        rule(List.of(one), List.of(redirect(302)), gone),
                        rule(List.of(canary), List.of(redirect(303)), gone))),
                Map.of()));
        return new ProxyView(Views.versioned(view.node(), version), view.mesh(), view.services(), view.inbound());
    }

    private static RouteFilter redirect(int status) {
        return new RouteFilter.Redirect(
                Optional.empty(), Optional.of("other.example"), Optional.empty(), Optional.empty(), status);
    }

    private static ProxyView richRoute() {
        var headers = new RouteFilter.RequestHeaders(
                List.of(new Header("x-share", "100%")), List.of(new Header("x-via", "mesh")), List.of("x-debug"));
        var faultName = new ObjectName("FaultPolicy", "shop", "slow");
        var fault = new FaultPolicy(
                faultName,
                Optional.of(new FaultPolicy.Delay(12.5, Duration.ofSeconds(3))),
                Optional.of(new FaultPolicy.Abort(0.1, 503)));
        var exact = rule(List.of(match(new PathMatch.Exact("/health"))), List.of(), V1);
        var regex = rule(List.of(match(new PathMatch.Regex("/item/[0-9]+"))), List.of(headers), V1);
        var canary = new Rule(
                "canary",
                List.of(new Match(
                        new PathMatch.Prefix("/api/"),
                        List.of(new ValueMatch("x-user", "anna", false), new ValueMatch("x-team", "t.*", true)),
                        List.of(new ValueMatch("beta", "1", false)),
                        Optional.of("GET"))),
                List.of(
                        new RouteFilter.Rewrite(Optional.of("v2.example"), Optional.of(new PathChange.Prefix("/"))),
                        new RouteFilter.Mirror(V1, 9080, 50)),
                List.of(new Backend(V2, 9080, 1, List.of())),
                Optional.of(Duration.ofMillis(1500)),
                Optional.of(Duration.ofMillis(500)),
                Optional.of(new Retry(List.of(503, 500), 3, Optional.of(Duration.ofMillis(25)))));
        var slow = rule(List.of(match(new PathMatch.Prefix("/api"))), List.of(new RouteFilter.Fault(faultName)), V1);
        var moved = new Rule(
                "",
                List.of(match(new PathMatch.Prefix("/old"))),
                List.of(new RouteFilter.Redirect(
                        Optional.of("https"),
                        Optional.of("books.example"),
                        Optional.of(new PathChange.Prefix("/new")),
                        Optional.empty(),
                        301)),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        var nowhere = rule(
                List.of(ALL_REQUESTS),
                List.of(new RouteFilter.Fault(new ObjectName("FaultPolicy", "shop", "gone"))),
                V1);
        return caller(
                routed(
                        service(CATALOG, 80),
                        List.of(route("catalog", nowhere, regex, slow, canary, exact, moved)),
                        Map.of("shop/slow", fault)),
                plain(service(V1, 9080)),
                plain(service(V2, 9080)));
    }

    private static ProxyView intercepted() {
        var view = view(
                Optional.of(WEB),
                PeerPolicy.Mode.STRICT,
                List.of(),
                plain(at(service(WEB, 80), "10.96.0.1", "fd96::1"), endpoint("web-1", "10.0.0.2", 9080, true)),
                plain(service(CATALOG, 80, 9080), endpoint("catalog-1", "10.0.0.3", 9080, true)),
                plain(
                        tcp("db.example", 5432, Service.Resolution.STATIC, "10.97.0.0/24"),
                        endpoint("db-1", "10.0.0.9", 5432, false)),
                plain(tcp("second.example", 5432, Service.Resolution.STATIC, "10.97.0.0/24")),
                plain(tcp("cache.example", 6379, Service.Resolution.STATIC)),
                plain(tcp("*.far.example", 9999, Service.Resolution.NONE, "fd97::5")));
        return Views.intercepted(
                view, new ProxyNode.Interception(ProxyNode.Mode.REDIRECT, true), OutboundTraffic.ALLOW_ANY);
    }

    private static ProxyView interceptedTcp(List<AccessPolicy> policies) {
        var database = new ServiceName("shop", "db.example");
        var view = view(
                Optional.of(database),
                PeerPolicy.Mode.STRICT,
                policies,
                plain(tcp("db.example", 9080, Service.Resolution.STATIC), endpoint("db-1", "10.0.0.2", 9080, true)));
        return Views.intercepted(
                view, new ProxyNode.Interception(ProxyNode.Mode.REDIRECT, false), OutboundTraffic.ALLOW_ANY);
    }

    /// What only a request has is in one rule of each action.
    private static List<AccessPolicy> tcpPolicies() {
        var web = source(List.of("mesh.test/ns/shop/sa/web"), List.of());
        var other = source(List.of(), List.of("other"));
        var gets = new Operation(
                List.of(), List.of(), List.of(), List.of(), List.of("GET"), List.of(), List.of(), List.of());
        var deletes = new Operation(
                List.of(), List.of(), List.of(9080), List.of(), List.of("DELETE"), List.of(), List.of(), List.of());
        return List.of(
                policy("nobody", AccessPolicy.Action.ALLOW),
                policy(
                        "callers",
                        AccessPolicy.Action.ALLOW,
                        new AccessPolicy.Rule(List.of(web), List.of(), List.of()),
                        new AccessPolicy.Rule(List.of(other), List.of(gets), List.of())),
                policy(
                        "no-deletes",
                        AccessPolicy.Action.DENY,
                        new AccessPolicy.Rule(List.of(other), List.of(deletes), List.of())));
    }

    private static ProxyView interceptedRegistryOnly() {
        var deny = policy(
                "deny",
                AccessPolicy.Action.DENY,
                new AccessPolicy.Rule(
                        List.of(),
                        List.of(new Operation(
                                List.of(),
                                List.of(),
                                List.of(9080),
                                List.of(),
                                List.of("DELETE"),
                                List.of(),
                                List.of(),
                                List.of())),
                        List.of()));
        var view = view(
                Optional.of(WEB),
                PeerPolicy.Mode.PERMISSIVE,
                List.of(deny),
                plain(service(WEB, 80), endpoint("web-1", "10.0.0.2", 9080, true)));
        return Views.intercepted(
                view, new ProxyNode.Interception(ProxyNode.Mode.TPROXY, true), OutboundTraffic.REGISTRY_ONLY);
    }

    private static ProxyView permissive() {
        return view(Optional.of(WEB), PeerPolicy.Mode.PERMISSIVE, List.of(), plain(service(WEB, 80)));
    }

    private static ProxyView accessPolicies() {
        var allow = policy(
                "allow",
                AccessPolicy.Action.ALLOW,
                new AccessPolicy.Rule(
                        List.of(
                                source(
                                        List.of(
                                                "cluster.local/ns/shop/sa/catalog",
                                                "*/sa/ops",
                                                "cluster.local/ns/qa/*"),
                                        List.of()),
                                source(List.of(), List.of("bank"))),
                        List.of(new Operation(
                                List.of("web.shop"),
                                List.of(),
                                List.of(9080),
                                List.of(9081),
                                List.of("GET", "*"),
                                List.of(),
                                List.of("/api/*", "*.html"),
                                List.of("/api/admin"))),
                        List.of(
                                new Condition("request.headers[X-Tenant]", List.of("blue", "*"), List.of("red*")),
                                new Condition("destination.port", List.of("9080"), List.of()))));
        var deny = policy(
                "deny",
                AccessPolicy.Action.DENY,
                new AccessPolicy.Rule(
                        List.of(new Source(
                                List.of(),
                                List.of("*"),
                                List.of(),
                                List.of(),
                                List.of("10.1.0.0/16", "10.2.3.4"),
                                List.of("10.1.2.0/24"))),
                        List.of(),
                        List.of(new Condition("source.unheard", List.of("x"), List.of()))));
        var nobody = policy("nobody", AccessPolicy.Action.ALLOW);
        return view(Optional.of(WEB), PeerPolicy.Mode.STRICT, List.of(allow, deny, nobody), plain(service(WEB, 80)));
    }

    private static AccessPolicy policy(String name, AccessPolicy.Action action, AccessPolicy.Rule... rules) {
        return new AccessPolicy(
                new ObjectName("AuthorizationPolicy", "shop", name), Selector.ALL, action, List.of(rules));
    }

    private static Source source(List<String> principals, List<String> namespaces) {
        return new Source(principals, List.of(), namespaces, List.of(), List.of(), List.of());
    }

    private static Match match(PathMatch path) {
        return new Match(path, List.of(), List.of(), Optional.empty());
    }

    private static Rule rule(List<Match> matches, List<RouteFilter> filters, ServiceName backend) {
        return new Rule(
                "",
                matches,
                filters,
                List.of(new Backend(backend, 9080, 1, List.of())),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static HttpRoute route(String name, Rule... rules) {
        return new HttpRoute(
                new ObjectName("HTTPRoute", "shop", name),
                List.of(new HttpRoute.Parent(CATALOG, Optional.empty())),
                List.of(),
                List.of(rules));
    }
}
