package io.heddle.cli.sidecar;

import java.time.Duration;
import picocli.CommandLine.Option;

/// The option of every command that runs a proxy: when it falls back on its last good configuration.
public final class LastGoodOption {
    @Option(
            names = "--last-good-after",
            paramLabel = "<seconds>",
            defaultValue = "3",
            description = "How long to wait for a silent control plane before the last good configuration is used."
                    + " Default: ${DEFAULT-VALUE}.")
    private int seconds = 3;

    /// How long the control plane may be silent.
    public Duration silence() {
        return Duration.ofSeconds(seconds);
    }
}
