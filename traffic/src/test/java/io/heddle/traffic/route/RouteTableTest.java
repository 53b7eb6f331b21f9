package io.heddle.traffic.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.QueryMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.request.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {
    private static final RouteMatch ALL = RouteMatch.ANY;

    private static Route route(String name, RouteMatch match) {
        return new Route(name, match, new RouteAction.DirectResponse(200, name), List.of(), List.of(), Map.of());
    }

    private static Route path(String name, PathMatcher matcher) {
        return route(name, new RouteMatch(matcher, List.of(), List.of()));
    }

    private static VirtualHost host(String name, List<String> domains, Route... routes) {
        return new VirtualHost(name, domains, routes.length == 0 ? List.of(route(name, ALL)) : List.of(routes));
    }

    private static final RouteTable TABLE = RouteTable.of(
            "golden",
            List.of(
                    host("exact", List.of("catalog.shop", "catalog.shop:8080")),
                    host("suffix", List.of("*.shop")),
                    host("long suffix", List.of("*.deep.shop", "*-canary.shop")),
                    host("prefix", List.of("catalog.*")),
                    host("any", List.of("*"))));

    @ParameterizedTest
    @CsvSource({
        "catalog.shop, exact",
        "CATALOG.Shop, exact",
        "catalog.shop:8080, exact",
        "catalog.shop:9999, prefix",
        "ratings.shop, suffix",
        ".shop, any",
        "a.deep.shop, long suffix",
        "x-canary.shop, long suffix",
        "deep.shop, suffix",
        "catalog.other, prefix",
        "catalog., any",
        "other, any",
    })
    void finds_the_virtual_host_as_envoy_does(String authority, String wanted) {
        assertThat(TABLE.route(TextRequest.get(authority, "/"), Trace.OFF).virtualHost())
                .isEqualTo(wanted);
    }

    @Test
    void finds_nothing_without_an_authority_unless_there_is_but_one_host_for_all() {
        assertThat(TABLE.route(TextRequest.get("", "/"), Trace.OFF)).isSameAs(RouteDecision.NOT_FOUND);
        var open = RouteTable.of("open", List.of(host("any", List.of("*"))));
        assertThat(open.route(TextRequest.get("", "/"), Trace.OFF).virtualHost())
                .isEqualTo("any");
    }

    @Test
    void says_by_which_name_more_virtual_hosts_can_be_asked_for() {
        var table = RouteTable.of("a/b", List.of(host("shop", List.of("catalog.shop"))));
        assertThat(table.more(TextRequest.get("other.shop", "/"))).isEmpty();
        var more = table.withMore();
        assertThat(more.more(TextRequest.get("Other.Shop:80", "/"))).contains("a/b/other.shop:80");
        assertThat(more.more(TextRequest.get("", "/"))).isEmpty();
        assertThat(more.more(TextRequest.get("other/shop", "/"))).isEmpty();
        assertThat(more.more(TextRequest.get("x".repeat(262), "/"))).isEmpty();
        assertThat(more.route(TextRequest.get("catalog.shop", "/"), Trace.OFF).virtualHost())
                .isEqualTo("shop");
        var portless = RouteTable.of("a", List.of(), new RouteTable.Options(true, false, List.of()))
                .withMore();
        assertThat(portless.more(TextRequest.get("other.shop:80", "/"))).contains("a/other.shop");
    }

    @Test
    void leaves_the_port_out_only_when_told() {
        var table = RouteTable.of(
                "ports",
                List.of(host("shop", List.of("catalog.shop"))),
                new RouteTable.Options(true, false, List.of()));
        assertThat(table.route(TextRequest.get("catalog.shop:123", "/"), Trace.OFF)
                        .virtualHost())
                .isEqualTo("shop");
        assertThat(table.route(TextRequest.get("catalog.shop:", "/"), Trace.OFF).virtualHost())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/exact, exact",
        "/exact?x=1, exact",
        "/exact#part, exact",
        "/exact/, rest",
        "/EXACT, rest",
        "/pre, prefix",
        "/prefer/x, prefix",
        "/Pre, rest",
        "/element, element",
        "/element/x, element",
        "/element?x, element",
        "/elements, rest",
        "/nocase, no case",
        "/NoCaSe, no case",
        "/id/12, regex",
        "/id/12x, rest",
        "/id/12?q, regex",
        "/q?a=1&b=2, query",
        "/q?a=2&b=2, rest",
        "/q?a=2&a=1, rest",
        "/q?a=1, rest",
        "/q?a=1&b, query",
    })
    void takes_the_first_route_that_fits(String path, String wanted) {
        var table = RouteTable.of(
                "paths",
                List.of(host(
                        "any",
                        List.of("*"),
                        path("exact", new PathMatcher.Exact("/exact", false)),
                        path("prefix", new PathMatcher.Prefix("/pre", false)),
                        path("element", new PathMatcher.SeparatedPrefix("/element", false)),
                        path("no case", new PathMatcher.Exact("/nocase", true)),
                        path("regex", new PathMatcher.Regex(com.google.re2j.Pattern.compile("/id/[0-9]+"))),
                        route(
                                "query",
                                new RouteMatch(
                                        new PathMatcher.Exact("/q", false),
                                        List.of(),
                                        List.of(
                                                new QueryMatcher("a", Optional.of(new StringMatcher.Exact("1", false))),
                                                new QueryMatcher("b", Optional.empty())))),
                        route("rest", ALL))));
        assertThat(table.route(TextRequest.get("h", path), Trace.OFF).route().name())
                .isEqualTo(wanted);
    }

    @Test
    void names_the_virtual_host_when_none_of_its_routes_fits() {
        var table =
                RouteTable.of("t", List.of(host("h", List.of("*"), path("only", new PathMatcher.Exact("/a", false)))));
        var decision = table.route(TextRequest.get("h", "/b"), Trace.OFF);
        assertThat(decision.virtualHost()).isEqualTo("h");
        assertThat(decision.route()).isSameAs(Route.NONE);
        assertThat(decision.action()).isEqualTo(RouteDecision.NOT_FOUND.action());
    }

    @Test
    void tells_every_step_to_a_trace() {
        var heard = new ArrayList<String>();
        var trace = new Trace() {
            @Override
            public boolean on() {
                return true;
            }

            @Override
            public void decided(String step, String subject, String verdict) {
                heard.add(step + " " + subject + ": " + verdict);
            }
        };
        var ops = new HeaderMatcher(
                HeaderName.of("x-role"),
                new HeaderMatcher.Test.Value(new StringMatcher.Exact("ops", false)),
                false,
                false);
        var table = RouteTable.of(
                "t",
                List.of(host(
                        "h",
                        List.of("*"),
                        path("one", new PathMatcher.Exact("/a", false)),
                        route("two", new RouteMatch(new PathMatcher.Prefix("/", false), List.of(ops), List.of())),
                        route("three", ALL))));
        table.route(TextRequest.get("h", "/b"), trace);
        assertThat(heard).hasSize(4);
        assertThat(heard.get(1)).startsWith("route one: path does not fit");
        assertThat(heard.get(2)).startsWith("route two: header does not fit");
        assertThat(heard.get(3)).isEqualTo("route three: fits");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agrees_with_a_naive_reference_on_generated_tables(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            var hosts = generatedHosts(random);
            var table = RouteTable.of("generated", hosts);
            for (int i = 0; i < 50; i++) {
                var authority = generatedName(random);
                var path = "/" + generatedName(random).replace('.', '/');
                var decision = table.route(TextRequest.get(authority, path), Trace.OFF);
                var wanted = naive(hosts, authority);
                assertThat(decision.virtualHost())
                        .as("seed %d: %s among %s", seed, authority, hosts)
                        .isEqualTo(wanted.map(VirtualHost::name).orElse(""));
                wanted.ifPresent(host -> assertThat(decision.route().name()).isEqualTo(naiveRoute(host, path)));
            }
        }
    }

    private static List<VirtualHost> generatedHosts(Random random) {
        var hosts = new ArrayList<VirtualHost>();
        var taken = new java.util.HashSet<String>();
        int count = 1 + random.nextInt(30);
        for (int i = 0; i < count; i++) {
            var name = generatedName(random);
            var domain = switch (random.nextInt(5)) {
                case 0 -> "*" + name;
                case 1 -> name + "*";
                case 2 -> random.nextInt(5) == 0 ? "*" : name;
                default -> name;
            };
            if (!taken.add(domain.toLowerCase(Locale.ROOT))) {
                continue;
            }
            hosts.add(host(
                    "host" + i,
                    List.of(domain),
                    path("exact", new PathMatcher.Exact("/" + generatedName(random), false)),
                    path(
                            "prefix",
                            new PathMatcher.Prefix("/" + generatedName(random).charAt(0), false)),
                    path("element", new PathMatcher.SeparatedPrefix("/" + generatedName(random), true))));
        }
        return hosts;
    }

    private static String generatedName(Random random) {
        var text = new StringBuilder();
        int length = 1 + random.nextInt(4);
        for (int i = 0; i < length; i++) {
            text.append("abAB.".charAt(random.nextInt(5)));
        }
        return text.toString();
    }

    private static Optional<VirtualHost> naive(List<VirtualHost> hosts, String authority) {
        var lower = authority.toLowerCase(Locale.ROOT);
        VirtualHost best = null;
        int bestScore = -1;
        for (var host : hosts) {
            int score = score(host.domains().get(0).toLowerCase(Locale.ROOT), lower);
            if (score > bestScore) {
                bestScore = score;
                best = host;
            }
        }
        return Optional.ofNullable(best);
    }

    private static int score(String domain, String authority) {
        if (domain.equals("*")) {
            return 0;
        }
        if (domain.startsWith("*")) {
            var suffix = domain.substring(1);
            return authority.endsWith(suffix) && authority.length() > suffix.length() ? 10_000 + suffix.length() : -1;
        }
        if (domain.endsWith("*")) {
            var prefix = domain.substring(0, domain.length() - 1);
            return authority.startsWith(prefix) && authority.length() > prefix.length() ? 100 + prefix.length() : -1;
        }
        return domain.equals(authority) ? 1_000_000 : -1;
    }

    private static String naiveRoute(VirtualHost host, String path) {
        for (var route : host.routes()) {
            boolean fits = switch (route.match().path()) {
                case PathMatcher.Exact exact -> path.equals(exact.path());
                case PathMatcher.Prefix prefix -> path.startsWith(prefix.prefix());
                case PathMatcher.SeparatedPrefix element ->
                    (path + "/")
                            .toLowerCase(Locale.ROOT)
                            .startsWith(element.prefix().toLowerCase(Locale.ROOT) + "/");
                case PathMatcher.Regex(var pattern) -> pattern.matches(path);
                case PathMatcher.Connect() -> path.isEmpty();
                case PathMatcher.Text(var matcher) -> matcher.matches(path);
                case PathMatcher.Template _ -> throw new IllegalStateException("not generated");
            };
            if (fits) {
                return route.name();
            }
        }
        return "";
    }
}
