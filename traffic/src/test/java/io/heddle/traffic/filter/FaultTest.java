package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.TextRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Faults that requests ask for themselves, and whom faults hit.
class FaultTest {
    private static final long SEED = 20261127;
    private static final RuntimeShare EVERY = RuntimeShare.of(100, 100);
    private static final FaultSettings ASKED = new FaultSettings(
            Optional.of(new FaultSettings.Delay(EVERY, Optional.empty())),
            Optional.of(new FaultSettings.Abort(EVERY, new FaultSettings.Answer.AsRequested())));
    private static final Optional<FaultSettings.Abort> ABORT =
            Optional.of(new FaultSettings.Abort(EVERY, new FaultSettings.Answer.Http(503)));

    private static FilterStep step(FaultSettings settings, Request request) {
        return new FaultFilter(FaultFilter.NAME, settings).onRequest(request);
    }

    private static Request request(String... headers) {
        var request = new Request();
        request.head = TextRequest.of("GET", "h", "/", headers);
        return request;
    }

    private static LocalReply reply(FilterStep step) {
        return ((FilterStep.Reply) step).reply();
    }

    private static FaultSettings hitting(FaultSettings.Victims victims) {
        return new FaultSettings(
                Optional.empty(), ABORT, victims, RuntimeCount.of(Long.MAX_VALUE), new LabelValue.Fields(Map.of()));
    }

    @Test
    void requests_ask_for_their_delay() {
        assertThat(step(ASKED, request("x-envoy-fault-delay-request", "250")))
                .isEqualTo(new FilterStep.Ask(new FilterStep.Question.Pause(Duration.ofMillis(250))));
        assertThat(step(ASKED, request())).isEqualTo(FilterStep.CONTINUE);
        assertThat(step(ASKED, request("x-envoy-fault-delay-request", "-1"))).isEqualTo(FilterStep.CONTINUE);
        assertThat(step(ASKED, request("x-envoy-fault-delay-request", "9999999999")))
                .isEqualTo(FilterStep.CONTINUE);
    }

    @Test
    void requests_ask_for_their_answer() {
        assertThat(reply(step(ASKED, request("x-envoy-fault-abort-request", "418")))
                        .status())
                .isEqualTo(418);
        var grpc = reply(step(ASKED, request("x-envoy-fault-abort-grpc-request", "5")));
        assertThat(grpc.status()).isEqualTo(200);
        assertThat(grpc.grpcStatus()).isEqualTo(5);
        var both = request("x-envoy-fault-abort-request", "999", "x-envoy-fault-abort-grpc-request", "5");
        assertThat(reply(step(ASKED, both)).grpcStatus()).isEqualTo(5);
        assertThat(step(ASKED, request("x-envoy-fault-abort-request", "999"))).isEqualTo(FilterStep.CONTINUE);
    }

    @Test
    void a_request_may_make_its_chance_smaller_but_not_larger() {
        var random = new SplittableRandom(SEED);
        var share = RuntimeShare.of(50, 100);
        var settings = new FaultSettings(
                Optional.empty(), Optional.of(new FaultSettings.Abort(share, new FaultSettings.Answer.AsRequested())));
        assertThat(hits(settings, random, "10")).as("seed " + SEED).isBetween(800, 1200);
        assertThat(hits(settings, random, "90")).as("seed " + SEED).isBetween(4700, 5300);
        assertThat(hits(settings, random, "many")).as("seed " + SEED).isBetween(4700, 5300);
        assertThat(hits(settings, random, "0")).isZero();
    }

    private static int hits(FaultSettings settings, SplittableRandom random, String percentage) {
        int hits = 0;
        for (int i = 0; i < 10_000; i++) {
            var request =
                    request("x-envoy-fault-abort-request", "500", "x-envoy-fault-abort-request-percentage", percentage);
            request.chance = random.nextLong();
            hits += step(settings, request) instanceof FilterStep.Reply ? 1 : 0;
        }
        return hits;
    }

    @Test
    void a_grpc_status_is_an_answer_too() {
        var settings = new FaultSettings(
                Optional.empty(), Optional.of(new FaultSettings.Abort(EVERY, new FaultSettings.Answer.Grpc(14))));
        assertThat(reply(step(settings, request())).grpcStatus()).isEqualTo(14);
    }

    @Test
    void faults_hit_only_their_victims() {
        var headers = List.of(
                new HeaderMatcher(HeaderName.of("x-victim"), new HeaderMatcher.Test.Present(true), false, false));
        var byHeader = hitting(new FaultSettings.Victims("", headers, Set.of()));
        assertThat(step(byHeader, request("x-victim", "1"))).isInstanceOf(FilterStep.Reply.class);
        assertThat(step(byHeader, request())).isEqualTo(FilterStep.CONTINUE);
        var byNode = hitting(new FaultSettings.Victims("", List.of(), Set.of("n1")));
        assertThat(step(byNode, request("x-envoy-downstream-service-node", "n1")))
                .isInstanceOf(FilterStep.Reply.class);
        assertThat(step(byNode, request())).isEqualTo(FilterStep.CONTINUE);
        assertThat(step(hitting(new FaultSettings.Victims("app", List.of(), Set.of())), request()))
                .isInstanceOf(FilterStep.Reply.class);
        assertThat(step(hitting(new FaultSettings.Victims("other", List.of(), Set.of())), request()))
                .isEqualTo(FilterStep.CONTINUE);
    }

    @Test
    void too_many_at_a_time_have_none() {
        var metadata = new LabelValue.Fields(Map.of("why", new LabelValue.Text("drill")));
        var settings =
                new FaultSettings(Optional.empty(), ABORT, FaultSettings.Victims.ALL, RuntimeCount.of(1), metadata);
        var full = request();
        full.entered = 1;
        assertThat(step(settings, full)).isEqualTo(FilterStep.CONTINUE);
        assertThat(full.counted).containsExactly("envoy_http_fault_faults_overflow");
        assertThat(full.state.has(FaultFilter.NAME)).isFalse();
        var free = request();
        assertThat(step(settings, free)).isInstanceOf(FilterStep.Reply.class);
        assertThat(free.counted).containsExactly("envoy_http_fault_aborts_injected");
        assertThat(free.state.metadata(FaultFilter.NAME, List.of("why"))).contains(new LabelValue.Text("drill"));
    }

    @Test
    void answers_are_slowed_as_configured_or_asked_for_but_not_faster_than_nothing() {
        var all = RuntimeShare.of(100, 100);
        var settings = new FaultSettings(
                Optional.empty(),
                Optional.empty(),
                Optional.of(new FaultSettings.Slowing(all, OptionalLong.empty())),
                FaultSettings.Victims.ALL,
                RuntimeCount.of(Long.MAX_VALUE),
                new LabelValue.Fields(Map.of()));
        var filter = new FaultFilter(FaultFilter.NAME, settings);
        var asks = new Request();
        asks.head = TextRequest.get("h", "/", "x-envoy-fault-throughput-response", "64");
        assertThat(filter.onRequest(asks)).isEqualTo(FilterStep.CONTINUE);
        assertThat(asks.answerFilters).hasSize(1);
        assertThat(asks.counted).containsExactly("envoy_http_fault_response_rl_injected");
        for (var none : List.of("0", "-1", "fast")) {
            var other = new Request();
            other.head = TextRequest.get("h", "/", "x-envoy-fault-throughput-response", none);
            assertThat(filter.onRequest(other)).isEqualTo(FilterStep.CONTINUE);
            assertThat(other.answerFilters).as(none).isEmpty();
        }
    }
}
