package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.TextRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthCheckFilterTest {
    private static final List<HeaderMatcher> PATH = List.of(new HeaderMatcher(
            HeaderName.of(":path"),
            new HeaderMatcher.Test.Value(new StringMatcher.Exact("/healthz", false)),
            false,
            false));

    private static HealthCheckFilter filter(boolean passThrough, Duration cache, Map<String, Double> minimums) {
        return new HealthCheckFilter(
                HealthCheckFilter.NAME, new HealthCheckFilter.Settings(passThrough, cache, minimums, PATH));
    }

    private static Request asking(String path, boolean fails) {
        var request = new Request();
        request.head = TextRequest.get("h", path);
        request.health = new ProxyHealth(fails, "edge");
        return request;
    }

    private static LocalReply reply(FilterStep step) {
        return ((FilterStep.Reply) step).reply();
    }

    @Test
    void a_proxy_answers_for_itself() {
        var filter = filter(false, Duration.ZERO, Map.of());
        var request = asking("/healthz", false);
        assertThat(reply(filter.onRequest(request)).status()).isEqualTo(200);
        assertThat(request.answer()).containsExactly("x-envoy-upstream-healthchecked-cluster: edge");
        var other = asking("/", false);
        assertThat(filter.onRequest(other)).isEqualTo(FilterStep.CONTINUE);
        assertThat(other.answer()).isEmpty();
    }

    @Test
    void a_proxy_that_is_to_fail_says_so_to_all() {
        for (boolean passThrough : new boolean[] {false, true}) {
            var filter = filter(passThrough, Duration.ZERO, Map.of());
            var asked = asking("/healthz", true);
            var failed = reply(filter.onRequest(asked));
            assertThat(failed.status()).isEqualTo(503);
            assertThat(asked.answer())
                    .containsExactly(
                            "x-envoy-immediate-health-check-fail: true",
                            "x-envoy-upstream-healthchecked-cluster: edge");
            assertThat(failed.flag()).isEqualTo(ResponseFlag.FAILED_LOCAL_HEALTH_CHECK);
            var other = asking("/", true);
            assertThat(filter.onRequest(other)).isEqualTo(FilterStep.CONTINUE);
            assertThat(other.answer()).containsExactly("x-envoy-immediate-health-check-fail: true");
        }
    }

    @Test
    void enough_hosts_of_each_cluster_must_take_requests() {
        var filter = filter(false, Duration.ZERO, Map.of("app", 50.0));
        var request = asking("/healthz", false);
        assertThat(reply(filter.onRequest(request)).details()).isEqualTo("health_check_failed_no_cluster_found");
        request.hosts.put("app", HostCount.NONE);
        assertThat(reply(filter.onRequest(request)).details()).isEqualTo("health_check_failed_cluster_empty");
        request.hosts.put("app", new HostCount(5, 2));
        assertThat(reply(filter.onRequest(request)).details()).isEqualTo("health_check_failed_cluster_unhealthy");
        request.hosts.put("app", new HostCount(4, 2));
        assertThat(reply(filter.onRequest(request)).details()).isEqualTo("health_check_ok");
        assertThat(reply(filter(false, Duration.ZERO, Map.of("app", 0.0)).onRequest(asking("/healthz", false)))
                        .status())
                .isEqualTo(503);
    }

    @Test
    void the_applications_answer_holds_for_a_while() {
        var filter = filter(true, Duration.ofSeconds(1), Map.of());
        var first = asking("/healthz", false);
        assertThat(filter.onRequest(first)).isEqualTo(FilterStep.CONTINUE);
        var unanswered = asking("/healthz", false);
        filter.onRequest(unanswered);
        unanswered.ends.getFirst().ended(new FilterEnd.Ended(0, -1, false, 0), unanswered);
        assertThat(filter.onRequest(asking("/healthz", false))).isEqualTo(FilterStep.CONTINUE);
        first.ends.getFirst().ended(new FilterEnd.Ended(500, -1, true, 1000), first);
        var second = asking("/healthz", false);
        second.now = Duration.ofSeconds(1).toNanos() + 999;
        assertThat(reply(filter.onRequest(second)).status()).isEqualTo(500);
        var late = asking("/healthz", false);
        late.now = Duration.ofSeconds(1).toNanos() + 1000;
        assertThat(filter.onRequest(late)).isEqualTo(FilterStep.CONTINUE);
    }
}
