package io.heddle.cli.mesh;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
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

    private final ControlPlaneClient control;
    private final int window;
    private JsonNode last;
    private Optional<LocalTime> downSince = Optional.empty();

    /// A feed with a first graph over the last `window` seconds.
    GraphFeed(ControlPlaneClient control, int window) {
        this.control = control;
        this.window = window;
        this.last = control.graph(window);
    }

    /// The newest graph, or the last one while the control plane does not answer.
    JsonNode newest() {
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

    /// What to tell while the control plane does not answer; empty while it does.
    Optional<String> notice() {
        return downSince.map(time -> "control plane down since " + CLOCK.format(time) + "; figures frozen");
    }
}
