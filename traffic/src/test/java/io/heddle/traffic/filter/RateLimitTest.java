package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.layer.RuntimeValue;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.traffic.outside.OutsideAnswer;
import io.heddle.traffic.outside.OutsideCall;
import io.heddle.traffic.ratelimit.Descriptor;
import io.heddle.traffic.ratelimit.DescriptorEntry;
import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.ratelimit.RateLimitAction;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.route.FilterOverride;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What a rate limit service is asked, and what becomes of its answers.
class RateLimitTest {
    private static final GrpcService SERVICE = new GrpcService("limits", "limits", List.of(), Duration.ZERO, 1000);
    private static final Duration TIME = Duration.ofMillis(20);
    private static final RateLimitFilter.Modes STRICT =
            new RateLimitFilter.Modes(RuntimeShare.ALL, RuntimeShare.ALL, RuntimeShare.ALL);
    private static final RateLimitFilter.Modes LENIENT =
            new RateLimitFilter.Modes(RuntimeShare.ALL, RuntimeShare.NONE, RuntimeShare.NONE);

    private final Request request = new Request();

    private static List<RateLimit> by(String key) {
        return List.of(
                new RateLimit(0, List.of(new RateLimitAction.RequestHeader(HeaderName.of("x-" + key), key, false))));
    }

    private static RateLimitFilter filter(RateLimitFilter.Modes modes, RateLimitFilter.Origin from) {
        return new RateLimitFilter(
                RateLimitFilter.NAME,
                new RateLimitFilter.Settings(
                        SERVICE,
                        TIME,
                        "shop",
                        new RateLimitFilter.Counting(by("user"), 0, from),
                        modes,
                        new RateLimitFilter.Answer(429, 500, true, true, List.of(), true),
                        ""));
    }

    private static RateLimitFilter filter(RateLimitFilter.Modes modes) {
        return filter(modes, RateLimitFilter.Origin.BOTH);
    }

    /// What the filter does with a request of these lines.
    private FilterStep asked(RateLimitFilter filter, String... lines) {
        var headers =
                Stream.of(lines).flatMap(line -> Stream.of(line.split(": ", 2))).toArray(String[]::new);
        request.head = TextRequest.get("shop", "/", headers);
        return filter.onRequest(request);
    }

    private static FilterStep.Answer.Outside said(boolean over) {
        return new FilterStep.Answer.Outside(new OutsideAnswer.RateLimit(
                over,
                List.of(
                        new OutsideAnswer.Limit("", 100, 60, 40, 30),
                        new OutsideAnswer.Limit("user", 5, 1, over ? 0 : 4, 1)),
                List.of(),
                List.of(new HeaderEdit(HeaderEdit.Action.APPEND, HeaderName.of("x-from"), "service")),
                "too much",
                new LabelValue.Fields(Map.of("tier", new LabelValue.Text("gold")))));
    }

    private static LocalReply reply(FilterStep step) {
        return ((FilterStep.Reply) step).reply();
    }

    @Test
    void the_service_is_asked_about_what_a_request_counts_as() {
        request.state.put(RateLimitFilter.HITS, new RequestState.Kept("7", new LabelValue.Text("7")));
        assertThat(asked(filter(STRICT), "x-user: ann"))
                .isEqualTo(new FilterStep.Ask(new FilterStep.Question.Outside(new OutsideCall.RateLimit(
                        SERVICE,
                        TIME,
                        "shop",
                        List.of(new Descriptor(List.of(new DescriptorEntry("user", "ann")))),
                        OptionalLong.of(7)))));
        assertThat(asked(filter(STRICT))).as("counts as nothing").isEqualTo(FilterStep.CONTINUE);
        assertThat(request.counted).isEmpty();
    }

    @Test
    void a_runtime_turns_limits_off_by_their_key() {
        var enabled = RuntimeShare.ALL.overriddenBy(RuntimeKey.of("ratelimit.user.http_filter_enabled"));
        var limit = by("user").getFirst();
        var own = new RateLimitFilter.PerRoute(
                RateLimit.HostLimits.OVERRIDE,
                "",
                List.of(new RateLimit(limit.stage(), limit.actions(), limit.hits(), enabled)));
        request.overrides.put(RateLimitFilter.NAME, own);
        assertThat(asked(filter(STRICT), "x-user: ann")).isInstanceOf(FilterStep.Ask.class);
        request.runtime = new RuntimeSnapshot(
                List.of(new RuntimeLayer("s", Map.of("ratelimit.user.http_filter_enabled", RuntimeValue.of("0", 0)))));
        assertThat(asked(filter(STRICT), "x-user: ann")).isEqualTo(FilterStep.CONTINUE);
    }

    @Test
    void a_route_has_limits_and_a_domain_of_its_own_or_none() {
        request.overrides.put(
                RateLimitFilter.NAME,
                new RateLimitFilter.PerRoute(RateLimit.HostLimits.OVERRIDE, "other", by("tenant")));
        assertThat(asked(filter(STRICT), "x-user: ann", "x-tenant: t"))
                .isEqualTo(new FilterStep.Ask(new FilterStep.Question.Outside(new OutsideCall.RateLimit(
                        SERVICE,
                        TIME,
                        "other",
                        List.of(new Descriptor(List.of(new DescriptorEntry("tenant", "t")))),
                        OptionalLong.empty()))));
        request.overrides.put(RateLimitFilter.NAME, new FilterOverride.Disabled());
        assertThat(asked(filter(STRICT), "x-user: ann")).isEqualTo(FilterStep.CONTINUE);
    }

    @Test
    void requests_from_outside_are_told_from_others_by_the_connection_manager() {
        var inside = filter(STRICT, RateLimitFilter.Origin.INTERNAL);
        var outside = filter(STRICT, RateLimitFilter.Origin.EXTERNAL);
        assertThat(asked(inside, "x-user: ann", "x-envoy-internal: true")).isEqualTo(FilterStep.CONTINUE);
        assertThat(asked(outside, "x-user: ann", "x-envoy-internal: true")).isInstanceOf(FilterStep.Ask.class);
        request.internal = true;
        assertThat(asked(inside, "x-user: ann")).isInstanceOf(FilterStep.Ask.class);
        assertThat(asked(outside, "x-user: ann")).isEqualTo(FilterStep.CONTINUE);
    }

    @Test
    void one_beyond_a_limit_is_answered_here() {
        var filter = filter(STRICT);
        var reply = reply(filter.onAnswer(request, said(true)));
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.body()).isEqualTo("too much");
        assertThat(reply.flag()).isEqualTo(ResponseFlag.RATE_LIMITED);
        assertThat(reply.grpcStatus()).isEqualTo(8);
        assertThat(request.answer())
                .containsExactly(
                        "x-ratelimit-limit: 5, 100;w=60, 5;w=1;name=\"user\"",
                        "x-ratelimit-remaining: 0",
                        "x-ratelimit-reset: 1",
                        "x-from: service",
                        "x-envoy-ratelimited: true");
        assertThat(request.counted).containsExactly("envoy_cluster_ratelimit_over_limit");
    }

    @Test
    void one_within_or_not_enforced_goes_on_with_what_the_service_says() {
        assertThat(filter(STRICT).onAnswer(request, said(false))).isEqualTo(FilterStep.CONTINUE);
        assertThat(request.answer()).contains("x-from: service", "x-ratelimit-remaining: 4");
        assertThat(request.state.metadata(RateLimitFilter.NAME, List.of("tier")))
                .contains(new LabelValue.Text("gold"));
        assertThat(filter(LENIENT).onAnswer(request, said(true))).isEqualTo(FilterStep.CONTINUE);
        assertThat(request.counted).containsExactly("envoy_cluster_ratelimit_ok", "envoy_cluster_ratelimit_over_limit");
    }

    @Test
    void without_an_answer_the_mode_decides() {
        var nothing = new FilterStep.Answer.Outside(new OutsideAnswer.Failed("away"));
        var reply = reply(filter(STRICT).onAnswer(request, nothing));
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.details()).isEqualTo("rate_limiter_error");
        assertThat(reply.flag()).isEqualTo(ResponseFlag.RATE_LIMIT_SERVICE_ERROR);
        assertThat(filter(LENIENT).onAnswer(request, nothing)).isEqualTo(FilterStep.CONTINUE);
        assertThat(request.counted)
                .containsExactly(
                        "envoy_cluster_ratelimit_error",
                        "envoy_cluster_ratelimit_error",
                        "envoy_cluster_ratelimit_failure_mode_allowed");
    }
}
