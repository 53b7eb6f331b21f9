package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.resilience.retry.Backoff;
import io.heddle.traffic.resilience.retry.FurtherHosts;
import io.heddle.traffic.resilience.retry.RetryCounts.Figure;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Tries one after the other with pauses between them.
final class RetryPausesTest {
    private static final String EMPTY_BAD = "HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n";

    @Test
    void a_whole_answer_that_is_not_wanted_costs_no_connection_and_a_pause_no_time_of_the_next_try()
            throws IOException {
        var pausing = new RetryPolicy(
                Set.of(Condition.SERVER_ERROR),
                List.of(),
                List.of(),
                List.of(),
                8,
                new Backoff(Duration.ofMillis(300), Duration.ofMillis(300)),
                FurtherHosts.ANY,
                false);
        try (var origin = new Origin((socket, number) -> {
                    for (int i = 0; i < 8; i++) {
                        Origin.head(socket.getInputStream());
                        Origin.write(socket, EMPTY_BAD);
                    }
                    Origin.head(socket.getInputStream());
                    Origin.write(socket, RetriesTest.OK);
                });
                var proxy = new RunningProxy(
                        RunningProxy.config(RetriesTest.forward(pausing, RetriesTest.eachTry(100)), origin.port()));
                var client = proxy.connect()) {
            assertThat(RetriesTest.ask(client, RetriesTest.GET)).isEqualTo("200");
            assertThat(origin.connections).hasValue(1);
            assertThat(RetriesTest.count(proxy, Figure.PER_TRY_TIMEOUT)).isZero();
        }
    }
}
