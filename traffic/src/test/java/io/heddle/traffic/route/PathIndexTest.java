package io.heddle.traffic.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.QueryMatcher;
import io.heddle.traffic.match.UriTemplate;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.request.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The index of a virtual host says what trying its routes in order says.
final class PathIndexTest {
    /// Trying in order: what a trace makes a table do.
    private static final Trace IN_ORDER = new Trace() {
        @Override
        public boolean on() {
            return true;
        }

        @Override
        public void decided(String step, String subject, String verdict) {
            // Only the order matters here.
        }
    };

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void finds_the_route_that_comes_first(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        int found = 0;
        for (int round = 0; round < 60; round++) {
            var routes = new ArrayList<Route>();
            int count = PathIndex.WORTHWHILE + random.nextInt(120);
            for (int i = 0; i < count; i++) {
                routes.add(route("route" + i, match(random)));
            }
            var table = RouteTable.of("t", List.of(new VirtualHost("h", List.of("*"), routes)));
            for (int i = 0; i < 100; i++) {
                var path = path(random) + (random.nextInt(4) == 0 ? "?k=1" : "");
                var request =
                        random.nextBoolean() ? TextRequest.get("h", path) : TextRequest.get("h", path, "x-a", "1");
                var wanted = table.route(request, IN_ORDER).route().name();
                found += wanted.isEmpty() ? 0 : 1;
                assertThat(table.route(request, Trace.OFF).route().name())
                        .as("seed %d: %s among %s", seed, path, routes)
                        .isEqualTo(wanted);
            }
        }
        assertThat(found).as("requests that some route fits").isBetween(1500, 6000);
    }

    private static Route route(String name, RouteMatch match) {
        return new Route(name, match, new RouteAction.DirectResponse(200, ""), List.of(), List.of(), Map.of());
    }

    private static RouteMatch match(Random random) {
        boolean ignoreCase = random.nextBoolean();
        var path = path(random);
        PathMatcher matcher = switch (random.nextInt(9)) {
            case 0, 1, 2 -> new PathMatcher.Exact(path, ignoreCase);
            case 3, 4 -> new PathMatcher.Prefix(random.nextInt(20) == 0 ? "" : path, ignoreCase);
            case 5, 6 -> new PathMatcher.SeparatedPrefix(path, ignoreCase);
            case 7 -> new PathMatcher.Regex(Pattern.compile(path + "[a-c/]*"));
            default -> new PathMatcher.Template(UriTemplate.of("/*/b").orElseThrow());
        };
        List<HeaderMatcher> headers = random.nextInt(3) == 0
                ? List.of(new HeaderMatcher(
                        HeaderName.of("x-a"), new HeaderMatcher.Test.Present(true), random.nextBoolean(), false))
                : List.of();
        List<QueryMatcher> queries =
                random.nextInt(6) == 0 ? List.of(new QueryMatcher("k", Optional.empty())) : List.of();
        return new RouteMatch(matcher, headers, queries);
    }

    private static String path(Random random) {
        var text = new StringBuilder("/");
        int length = 1 + random.nextInt(6);
        for (int i = 0; i < length; i++) {
            text.append("abAc/\u00e9".charAt(random.nextInt(6)));
        }
        return text.toString();
    }

    @Test
    void keeps_the_order_among_ten_thousand() {
        var routes = new ArrayList<Route>();
        for (int i = 0; i < 5000; i++) {
            routes.add(
                    route("exact" + i, new RouteMatch(new PathMatcher.Exact("/p/" + i, false), List.of(), List.of())));
            routes.add(route(
                    "prefix" + i,
                    new RouteMatch(new PathMatcher.Prefix("/p/" + i + "/", false), List.of(), List.of())));
        }
        routes.add(route("rest", RouteMatch.ANY));
        var table = RouteTable.of("t", List.of(new VirtualHost("h", List.of("*"), routes)));
        assertThat(name(table, "/p/4999")).isEqualTo("exact4999");
        assertThat(name(table, "/p/4999/x")).isEqualTo("prefix4999");
        assertThat(name(table, "/p/49999")).isEqualTo("rest");
        assertThat(name(table, "*")).isEmpty();
    }

    private static String name(RouteTable table, String path) {
        return table.route(TextRequest.get("h", path), Trace.OFF).route().name();
    }
}
