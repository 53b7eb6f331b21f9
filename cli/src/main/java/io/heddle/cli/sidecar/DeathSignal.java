package io.heddle.cli.sidecar;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The beginning of a command line that gives its process SIGTERM when the one that started it is killed.
///
/// That is `setpriv --pdeathsig` of util-linux, Linux' `PR_SET_PDEATHSIG`; it replaces itself by the command, so the
/// process stays the same.
final class DeathSignal {
    private static final List<String> SETPRIV = List.of("setpriv", "--pdeathsig", "TERM", "--");
    private static final int PATIENCE_SECONDS = 5;

    private DeathSignal() {}

    /// The words before the command; none where the system cannot do it.
    static List<String> prefix() {
        var trial = new java.util.ArrayList<>(SETPRIV);
        trial.add("true");
        try {
            var process = new ProcessBuilder(trial)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean able = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
            return able ? SETPRIV : List.of();
        } catch (IOException e) {
            return List.of(); // not here: another system, or a small image
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
