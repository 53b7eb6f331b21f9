package io.heddle.tests.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A foreign program that tests use. Where it is missing, the test says so loudly and is skipped; `.ci/run` installs
/// it.
public enum Tool {
    OPENSSL,
    CURL,
    NGHTTP,
    H2LOAD,
    H2SPEC,
    TESTSSL,
    CHROMIUM,
    WRK;

    private static final long SECONDS = 240;

    /// What came of a run: both outputs together.
    record Result(int exitCode, String out) {
        Result succeeded() {
            assertThat(exitCode).as(out).isZero();
            return this;
        }
    }

    /// Where it is: by the environment variable of its name, or on the path.
    private Optional<String> find() {
        var given = System.getenv(name());
        if (given != null) {
            return Optional.of(given);
        }
        var program = name().toLowerCase(Locale.ROOT);
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /// Where it is; skips the test where it is not installed.
    public String path() {
        var found = find();
        var missing = "SKIPPED: no " + name().toLowerCase(Locale.ROOT) + " here; .ci/run installs it";
        if (found.isEmpty()) {
            System.out.println(missing);
        }
        assumeTrue(found.isPresent(), missing);
        return found.orElseThrow();
    }

    /// Runs it to its end in `folder`.
    Result run(Path folder, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(path()));
        command.addAll(List.of(arguments));
        var out = Files.createTempFile(folder, name(), ".out");
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end in " + SECONDS + " s:\n" + Files.readString(out));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new Result(
                process.exitValue(), new String(Files.readAllBytes(out), java.nio.charset.StandardCharsets.ISO_8859_1));
    }
}
