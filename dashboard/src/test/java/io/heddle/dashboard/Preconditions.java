package io.heddle.dashboard;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// What a test needs of the machine; where it is missing, the test is skipped and standard error says so.
final class Preconditions {
    static final Path CHROMIUM = Path.of(System.getProperty("heddle.chromium", "/usr/bin/chromium"));

    private Preconditions() {}

    /// A bundle, which the build makes on Linux with an x86-64 processor only.
    static void bundle() {
        boolean platform = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        assume(platform, "the dashboard is bundled on Linux x86-64 only, so its tests do not run here");
    }

    static void chromium() {
        assume(
                Files.isExecutable(CHROMIUM),
                CHROMIUM + " is missing, so the dashboard is NOT tested in a browser; install it (Debian: apt-get"
                        + " install chromium) or name another with -Dheddle.chromium=");
    }

    private static void assume(boolean holds, String otherwise) {
        if (!holds) {
            System.err.println("SKIPPED: " + otherwise);
        }
        Assumptions.assumeTrue(holds, otherwise);
    }
}
