package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.filter.LocalRateLimitFilter.Answer;
import io.heddle.traffic.filter.LocalRateLimitFilter.Counters;
import io.heddle.traffic.filter.LocalRateLimitFilter.Counting;
import io.heddle.traffic.filter.LocalRateLimitFilter.Settings;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.QueryMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.ratelimit.DescriptorEntry;
import io.heddle.traffic.ratelimit.LimitBuckets;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.ratelimit.RateLimit.HostLimits;
import io.heddle.traffic.ratelimit.RateLimitAction;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.route.RouteMatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalRateLimitTest {
    private static final long SECOND = 1_000_000_000L;
    private static final HeaderChange CHANGE =
            new HeaderChange.Fixed(new HeaderEdit(HeaderEdit.Action.SET, HeaderName.of("x-limited"), "1"));

    private final LimitBuckets buckets = new LimitBuckets();

    private Request request(String path, String... headers) {
        var request = new Request();
        request.head = TextRequest.get("shop", path, headers);
        request.buckets = buckets;
        request.now = 1_000_000 * SECOND;
        request.health = new ProxyHealth(false, "front");
        return request;
    }

    private static LocalLimits.Rate rate(long most) {
        return new LocalLimits.Rate(most, 1, Duration.ofSeconds(10));
    }

    private static Settings settings(
            Optional<LocalLimits.Rate> everything, int enforced, List<RateLimit> own, LocalLimits.OfDescriptor... of) {
        return new Settings(
                new LocalLimits("here", everything, List.of(of)),
                new Counting(own, 0, HostLimits.OVERRIDE, true),
                RuntimeShare.ALL,
                RuntimeShare.ofMillion(enforced),
                new Answer(429, true, List.of(CHANGE), true),
                List.of(CHANGE),
                Counters.of("front"));
    }

    private static LocalRateLimitFilter filter(Settings settings) {
        return new LocalRateLimitFilter(LocalRateLimitFilter.NAME, settings);
    }

    @Test
    void what_is_beyond_the_bucket_is_answered_and_counted() {
        var filter = filter(settings(Optional.of(rate(1)), Shares.ALL, List.of()));
        var first = request("/");
        assertThat(filter.onRequest(first)).isEqualTo(FilterStep.CONTINUE);
        assertThat(first.counted)
                .containsExactly("envoy_http_local_rate_limit_enabled", "envoy_http_local_rate_limit_ok");
        assertThat(first.answer())
                .containsExactly("x-ratelimit-limit: 1", "x-ratelimit-remaining: 0", "x-ratelimit-reset: 10");
        var second = request("/");
        var reply = ((FilterStep.Reply) filter.onRequest(second)).reply();
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.body()).isEqualTo("local_rate_limited");
        assertThat(reply.flag()).isEqualTo(ResponseFlag.RATE_LIMITED);
        assertThat(reply.grpcStatus()).isEqualTo(8);
        assertThat(second.responseChanges).containsExactly(CHANGE);
        assertThat(second.counted)
                .containsExactly(
                        "envoy_http_local_rate_limit_enabled",
                        "envoy_http_local_rate_limit_rate_limited",
                        "envoy_http_local_rate_limit_enforced");
    }

    @Test
    void what_is_not_enforced_goes_on_with_other_headers() {
        var filter = filter(settings(Optional.of(rate(1)), 0, List.of()));
        filter.onRequest(request("/"));
        var second = request("/");
        assertThat(filter.onRequest(second)).isEqualTo(FilterStep.CONTINUE);
        assertThat(second.requestChanges).containsExactly(CHANGE);
        assertThat(second.counted).endsWith("envoy_http_local_rate_limit_rate_limited");
    }

    @Test
    void a_route_switches_it_off_or_has_limits_of_its_own() {
        var filter = filter(settings(Optional.of(rate(1)), Shares.ALL, List.of()));
        for (int i = 0; i < 3; i++) {
            var off = request("/");
            off.overrides.put(LocalRateLimitFilter.NAME, new FilterOverride.Disabled());
            assertThat(filter.onRequest(off)).isEqualTo(FilterStep.CONTINUE);
            assertThat(off.counted).isEmpty();
        }
        var other = new Settings(
                new LocalLimits("there", Optional.of(rate(2)), List.of()),
                new Counting(List.of(), 0, HostLimits.OVERRIDE, true),
                RuntimeShare.ALL,
                RuntimeShare.ALL,
                new Answer(503, false, List.of(), false),
                List.of(),
                Counters.of("there"));
        for (int i = 0; i < 3; i++) {
            var own = request("/");
            own.overrides.put(LocalRateLimitFilter.NAME, other);
            assertThat(filter.onRequest(own) instanceof FilterStep.Reply).isEqualTo(i == 2);
        }
    }

    @Test
    void a_new_configuration_goes_on_with_what_the_old_one_left() {
        filter(settings(Optional.of(rate(1)), Shares.ALL, List.of())).onRequest(request("/"));
        var next = filter(settings(Optional.of(rate(1)), Shares.ALL, List.of()));
        assertThat(next.onRequest(request("/"))).isInstanceOf(FilterStep.Reply.class);
        var changed = filter(settings(Optional.of(rate(2)), Shares.ALL, List.of()));
        assertThat(changed.onRequest(request("/"))).isEqualTo(FilterStep.CONTINUE);
    }

    private boolean passes(LocalRateLimitFilter filter, String path, String... headers) {
        return filter.onRequest(request(path, headers)) instanceof FilterStep.Continue;
    }

    private static LocalLimits.OfDescriptor one(String key, String value) {
        return new LocalLimits.OfDescriptor(List.of(new DescriptorEntry(key, value)), rate(1));
    }

    private static RateLimit by(RateLimitAction... actions) {
        return new RateLimit(3, List.of(actions));
    }

    @Test
    void requests_are_counted_by_their_descriptors() {
        var filter = filter(settings(
                Optional.empty(),
                Shares.ALL,
                List.of(
                        by(new RateLimitAction.RequestHeader(HeaderName.of("x-user"), "user", false)),
                        by(new RateLimitAction.QueryParameter("q", "query", true)),
                        by(new RateLimitAction.HeaderMatch(
                                new DescriptorEntry("header_match", "bot"),
                                true,
                                List.of(new HeaderMatcher(
                                        HeaderName.of("user-agent"),
                                        new HeaderMatcher.Test.Value(new StringMatcher.Contains("bot", true)),
                                        false,
                                        false)))),
                        by(new RateLimitAction.QueryMatch(
                                new DescriptorEntry("query_match", "deep"),
                                true,
                                List.of(new QueryMatcher("deep", Optional.empty()))))),
                one("user", "ann"),
                one("query", "7"),
                one("header_match", "bot"),
                one("query_match", "deep")));
        assertThat(passes(filter, "/", "x-user", "ann")).isTrue();
        assertThat(passes(filter, "/", "x-user", "ann")).isFalse();
        assertThat(passes(filter, "/", "x-user", "ben")).isTrue();
        assertThat(passes(filter, "/")).isTrue();
        assertThat(passes(filter, "/?q=7")).isTrue();
        assertThat(passes(filter, "/?q=7")).isFalse();
        assertThat(passes(filter, "/?q=77")).isTrue();
        assertThat(passes(filter, "/", "user-agent", "a Bot")).isTrue();
        assertThat(passes(filter, "/", "user-agent", "a Bot")).isFalse();
        assertThat(passes(filter, "/?deep=1")).isTrue();
        assertThat(passes(filter, "/?deep=1")).isFalse();
    }

    @Test
    void a_descriptor_is_what_the_route_says_of_itself() {
        var filter = filter(settings(
                Optional.empty(),
                Shares.ALL,
                List.of(by(new RateLimitAction.Metadata(true, "shop", List.of("plan", "name"), "plan", "", false))),
                one("plan", "small")));
        var says = new LabelValue.Fields(
                Map.of("plan", new LabelValue.Fields(Map.of("name", new LabelValue.Text("small")))));
        var action = new RouteAction.DirectResponse(200, "");
        var route = new Route("", RouteMatch.ANY, action, List.of(), List.of(), Map.of("shop", says), Map.of(), "");
        for (boolean passes : new boolean[] {true, false}) {
            var request = request("/");
            request.decision = new RouteDecision("shop", route, action, List.of());
            assertThat(filter.onRequest(request) instanceof FilterStep.Continue).isEqualTo(passes);
        }
        assertThat(passes(filter, "/")).as("a route that says nothing").isTrue();
    }

    @Test
    void a_descriptor_is_the_address_the_clusters_and_what_is_fixed() {
        var filter = filter(settings(
                Optional.empty(),
                Shares.ALL,
                List.of(by(
                        new RateLimitAction.RemoteAddress(),
                        new RateLimitAction.MaskedRemoteAddress(16, 64),
                        new RateLimitAction.SourceCluster(),
                        new RateLimitAction.DestinationCluster(),
                        new RateLimitAction.GenericKey(new DescriptorEntry("generic_key", "all")))),
                new LocalLimits.OfDescriptor(
                        List.of(
                                new DescriptorEntry("remote_address", "10.1.2.3"),
                                new DescriptorEntry("masked_remote_address", "10.1.0.0/16"),
                                new DescriptorEntry("source_cluster", "front"),
                                new DescriptorEntry("destination_cluster", "app"),
                                new DescriptorEntry("generic_key", "all")),
                        rate(1))));
        assertThat(passes(filter, "/")).isTrue();
        assertThat(passes(filter, "/")).isFalse();
    }
}
