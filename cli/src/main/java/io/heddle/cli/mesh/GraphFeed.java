package io.heddle.cli.mesh;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The control plane's newest graph, and since when there has been no newer one.
///
/// Traffic goes on without the control plane, so its absence ends nothing. For one thread.
final class GraphFeed {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    private static final Duration LAST_SCRAPES = Duration.ofSeconds(6);
    private static final Duration POLL = Duration.ofMillis(250);

    private final ControlPlaneClient control;
    private JsonNode last;
    private Optional<LocalTime> downSince = Optional.empty();

    /// A feed with a first graph.
    GraphFeed(ControlPlaneClient control) {
        this.control = control;
        this.last = control.graph(1);
    }

    /// The newest graph over the last `window` seconds, or the last one while the control plane does not answer.
    JsonNode newest(int window) {
        try {
            last = control.graph(window);
            downSince = Optional.empty();
        } catch (Failure failure) {
            if (failure.code() != ExitCode.UNREACHABLE) {
                throw failure;
            }
            downSince = downSince.or(() -> Optional.of(LocalTime.now(ZoneId.systemDefault())));
        }
        return last;
    }

    /// The graph when the control plane has read the figures of `visits` in all, or the last one there is after the
    /// time that the last reading may take.
    JsonNode closing(long visits, int window) throws InterruptedException {
        long deadline = System.nanoTime() + LAST_SCRAPES.toNanos();
        while (visits(newest(window)) < visits && downSince.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(POLL);
        }
        return last;
    }

    private static long visits(JsonNode graph) {
        return graph.path("edges")
                .valueStream()
                .filter(edge -> edge.path("from").asString("").equals("shop/loadgen"))
                .mapToLong(edge -> edge.path("requests").asLong(0))
                .sum();
    }

    /// What to tell while the control plane does not answer; empty while it does.
    Optional<String> notice() {
        return downSince.map(time -> "control plane down since " + CLOCK.format(time) + "; figures frozen");
    }
}
