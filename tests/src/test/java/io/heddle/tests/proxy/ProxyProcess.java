package io.heddle.tests.proxy;

import static org.awaitility.Awaitility.await;

import io.heddle.tests.mesh.Distribution;
import io.heddle.tests.mesh.ProcessMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A `heddle proxy` on ports that the kernel chose. Closing it ends the process.
final class ProxyProcess implements AutoCloseable {
    private final Process process;
    private final Path log;

    private ProxyProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /// Starts a proxy called `name` in `folder` with a bootstrap, and waits until it listens.
    static ProxyProcess start(
            Path folder, String name, String bootstrap, Map<String, String> environment, String... options)
            throws IOException {
        var file = Files.writeString(folder.resolve(name + ".yaml"), bootstrap);
        var log = folder.resolve(name + ".log");
        var command = new ArrayList<>(
                List.of(Distribution.launcher().toString(), "proxy", "-c", file.toString(), "--concurrency", "1"));
        command.addAll(List.of(options));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("HEDDLE_NO_BUILD", "1");
        builder.environment().putAll(environment);
        var started = new ProxyProcess(builder.start(), log);
        await(name + " listens").atMost(Duration.ofSeconds(60)).until(() -> {
            if (!started.process.isAlive()) {
                throw new AssertionError(name + " exited:\n" + started.log());
            }
            return started.find(name).isPresent();
        });
        return started;
    }

    private Optional<Integer> find(String listener) {
        var found =
                Pattern.compile("(?m)^" + listener + " listens on .*:(\\d+)$").matcher(log());
        return found.find() ? Optional.of(Integer.valueOf(found.group(1))) : Optional.empty();
    }

    /// The port of a listener, or of `admin`.
    int port(String listener) {
        return find(listener).orElseThrow(() -> new AssertionError("no listener " + listener + ":\n" + log()));
    }

    /// What it printed.
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Its resident memory in KiB, as the kernel counts it.
    long residentKib() {
        return ProcessMemory.residentKib(process.pid());
    }

    /// Sends SIGTERM.
    void terminate() {
        process.destroy();
    }

    /// Sends another signal.
    void signal(String signal) throws IOException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .onExit()
                .join();
    }

    /// Waits for its end.
    int exitCode() {
        return process.onExit().join().exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
