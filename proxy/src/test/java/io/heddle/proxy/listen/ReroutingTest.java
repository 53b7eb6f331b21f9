package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.MetadataMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.metadata.StateMatcher;
import io.heddle.traffic.metadata.ValueMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteCondition;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.VirtualHost;
import io.heddle.traffic.runtime.NetworkFilter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a filter finds out leads a request elsewhere, where the filter has it routed anew.
class ReroutingTest {
    /// Takes a user from a header, as a filter that verifies one would.
    private record Authenticating(boolean reroutes) implements HttpFilter {
        @Override
        public String name() {
            return "authenticating";
        }

        @Override
        public FilterStep onRequest(FilterRequest request) {
            long user = request.head().header(HeaderName.of("x-user"));
            if (Span.isPresent(user)) {
                var text = Span.text(request.head().bytes(), user);
                var value = new LabelValue.Text(text);
                request.state().put("user", new RequestState.Kept(text, value));
                request.state().merge("auth", new LabelValue.Fields(Map.of("user", value)));
            }
            if (reroutes) {
                request.reroute();
            }
            return FilterStep.CONTINUE;
        }
    }

    private static Route route(int status, List<RouteCondition> conditions) {
        var match = new RouteMatch(new PathMatcher.Prefix("/", false), List.of(), List.of(), conditions);
        return new Route(
                "r" + status, match, new RouteAction.DirectResponse(status, ""), List.of(), List.of(), Map.of());
    }

    private static int status(boolean reroutes, String user) throws Exception {
        var isAnn = new MetadataMatcher(
                "auth", List.of("user"), new ValueMatcher.Text(new StringMatcher.Exact("ann", false)), false);
        var isBen = new StateMatcher("user", new StringMatcher.Exact("ben", false));
        var table = RouteTable.of(
                "table",
                List.of(new VirtualHost(
                        "all",
                        List.of("*"),
                        List.of(
                                route(211, List.of(new RouteCondition.Metadata(isAnn))),
                                route(212, List.of(new RouteCondition.State(isBen))),
                                route(213, List.of())))));
        var http = (NetworkFilter.Http) RunningProxy.http(new RouteAction.DirectResponse(500, ""));
        var settings = new NetworkFilter.Http(
                http.statPrefix(),
                new NetworkFilter.RouteSource.Inline(table),
                new FilterChain(List.of(new Authenticating(reroutes))),
                http.clientCertificate(),
                http.paths(),
                http.heads(),
                http.limits(),
                http.upgrades(),
                http.codec(),
                http.accessLogs(),
                http.replies());
        try (var proxy = new RunningProxy(RunningProxy.config(settings));
                var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + "/"));
            if (!user.isEmpty()) {
                request.header("x-user", user);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void routes_ask_for_what_a_filter_found_out() throws Exception {
        assertThat(status(true, "ann")).isEqualTo(211);
        assertThat(status(true, "ben")).isEqualTo(212);
        assertThat(status(true, "eve")).isEqualTo(213);
        assertThat(status(true, "")).isEqualTo(213);
    }

    @Test
    void without_a_word_of_the_filter_the_route_stays() throws Exception {
        assertThat(status(false, "ann")).isEqualTo(213);
    }
}
