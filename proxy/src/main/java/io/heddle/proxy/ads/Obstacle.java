package io.heddle.proxy.ads;

import io.heddle.model.problem.Problem;
import java.time.Duration;
import java.util.List;

/// Why a proxy without a configuration will not get one by waiting: the control plane is there, and one of the two
/// refuses the other. It ends when somebody changes something: the mesh's configuration, or how this proxy was started.
public sealed interface Obstacle {
    /// Since when it stands, of [System#nanoTime].
    long sinceNanos();

    /// The proxy refuses the configuration that it was sent.
    ///
    /// @param problems what is wrong with it
    /// @param sinceNanos see [Obstacle#sinceNanos]
    record ConfigurationRefused(List<Problem> problems, long sinceNanos) implements Obstacle {
        public ConfigurationRefused {
            problems = List.copyOf(problems);
        }
    }

    /// The control plane does not take this proxy.
    ///
    /// @param reason in the control plane's words
    /// @param sinceNanos see [Obstacle#sinceNanos]
    record ProxyRefused(String reason, long sinceNanos) implements Obstacle {}

    /// Whether it has stood for so long.
    default boolean hasStood(Duration time) {
        return System.nanoTime() - sinceNanos() >= time.toNanos();
    }
}
