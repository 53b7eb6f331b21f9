package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs the `heddle` launcher as a user would.
final class Command {
    private static final long SECONDS = 60;

    private Command() {}

    /// What came of a finished command.
    ///
    /// @param exitCode its exit code
    /// @param out standard output
    /// @param err standard error
    record Result(int exitCode, String out, String err) {
        /// This result, which must be a success.
        Result succeeded() {
            assertThat(exitCode).as(() -> out + err).isZero();
            return this;
        }
    }

    /// Runs to the end, with `input` on standard input.
    static Result run(Path folder, Map<String, String> environment, String input, List<String> arguments) {
        try {
            var out = Files.createTempFile(folder, "command", ".out");
            var err = Files.createTempFile(folder, "command", ".err");
            var process = builder(environment, arguments)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "no end after " + SECONDS + " s: heddle " + arguments + "\n" + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Starts and leaves running; both outputs go to `log`.
    static Process start(Path log, Map<String, String> environment, List<String> arguments) {
        try {
            return builder(environment, arguments)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The process of a command, not yet started.
    static ProcessBuilder builder(Map<String, String> environment, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Distribution.launcher().toString());
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        builder.environment().put("HEDDLE_NO_BUILD", "1");
        builder.environment().put("NO_COLOR", "1");
        builder.environment().putAll(environment);
        return builder;
    }
}
