package io.heddle.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.resilience.retry.RetryCounts;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteDecision;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualHostFiguresTest {
    private final VirtualHostFigures figures = VirtualHostFigures.byVirtualCluster();

    private static RequestTimeline timeline(String host) {
        var timeline = Timelines.outbound(503);
        timeline.routed(new RouteDecision(host, Route.NONE, Route.NONE.action(), List.of()));
        return timeline;
    }

    private String text() {
        var text = new MetricsText(_ -> true);
        figures.write(text);
        return text.toString();
    }

    @Test
    void only_so_many_are_counted() {
        for (int i = 0; i < VirtualHostFigures.MOST + 10; i++) {
            figures.count(timeline("host-" + i), "all");
        }
        figures.count(timeline("host-0"), "all");
        assertThat(text().lines().filter(line -> line.startsWith("envoy_vhost_vcluster_upstream_rq_completed{")))
                .hasSize(VirtualHostFigures.MOST)
                .contains("envoy_vhost_vcluster_upstream_rq_completed{envoy_virtual_host=\"host-0\","
                        + "envoy_virtual_cluster=\"all\"} 2");
    }

    @Test
    void retries_count_as_often_as_they_were_made() {
        var timeline = timeline("shop");
        timeline.note(RetryCounts.Figure.RETRY);
        timeline.note(RetryCounts.Figure.RETRY);
        timeline.note(RetryCounts.Figure.LIMIT_EXCEEDED);
        figures.count(timeline, "all");
        timeline.reset();
        assertThat(timeline.happened(RetryCounts.Figure.RETRY)).isZero();
        var labels = "{envoy_virtual_host=\"shop\",envoy_virtual_cluster=\"all\"} ";
        assertThat(text())
                .contains("envoy_vhost_vcluster_upstream_rq_retry" + labels + "2\n")
                .contains("envoy_vhost_vcluster_upstream_rq_retry_limit_exceeded" + labels + "1\n")
                .contains("envoy_vhost_vcluster_upstream_rq_retry_success" + labels + "0\n")
                .contains("envoy_vhost_vcluster_upstream_rq{envoy_response_code=\"503\"," + labels.substring(1) + "1\n")
                .contains("envoy_vhost_vcluster_upstream_rq_xx{envoy_response_code_class=\"5\"," + labels.substring(1)
                        + "1\n")
                .contains("envoy_vhost_vcluster_upstream_rq_time_count" + labels + "1\n");
    }
}
