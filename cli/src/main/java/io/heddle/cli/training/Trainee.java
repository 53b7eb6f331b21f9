package io.heddle.cli.training;

import io.heddle.cli.sidecar.ParentWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// One process of the training mesh, which may write a cache when it ends.
final class Trainee implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 300;

    private final String name;
    private final Path log;
    private final Process process;

    private Trainee(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /// Starts it; `variables` come on top of this process's environment.
    static Trainee start(Path log, List<String> command, Map<String, String> variables) throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        var environment = builder.environment();
        List.of("HEDDLE_SERVER", "HEDDLE_TOKEN", "HEDDLE_PROFILE", "HEDDLE_JAVA_OPTS", "HEDDLE_AOT_OUTPUT")
                .forEach(environment::remove);
        environment.put("HEDDLE_NO_BUILD", "1");
        environment.put(
                ParentWatch.VARIABLE, Long.toString(ProcessHandle.current().pid()));
        environment.putAll(variables);
        return new Trainee(command.get(1), log, builder.start());
    }

    /// What it started itself, the first of it.
    Optional<ProcessHandle> child() {
        return process.children().findFirst();
    }

    boolean alive() {
        return process.isAlive();
    }

    /// Asks it to end.
    void stop() {
        process.destroy();
    }

    /// Waits until it has ended, and so has written its cache.
    ///
    /// @throws IOException when it does not end
    void awaitEnd() throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw failure("does not end");
        }
    }

    /// What to say when it does not do what it should: the end of its log too.
    IOException failure(String what) throws IOException {
        var lines = Files.readAllLines(log);
        var last = lines.subList(Math.max(0, lines.size() - 20), lines.size());
        return new IOException(name + " " + what + "; the end of its log:\n" + String.join("\n", last));
    }

    /// Ends it and all it started, without a cache.
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
