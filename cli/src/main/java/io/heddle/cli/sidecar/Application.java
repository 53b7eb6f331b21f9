package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The application beside the sidecar: a child process with the sidecar's terminal and environment.
final class Application {
    private static final int PROBE_MILLIS = 1000;
    private static final String DIRECT = "localhost,127.0.0.1,::1";

    private final Process process;

    private Application(Process process) {
        this.process = process;
    }

    /// Starts the command with `PORT` and, where its connections are not intercepted, the proxy variables
    /// that send its requests through the sidecar; those to this machine and to what `NO_PROXY` has already
    /// go past it.
    ///
    /// Where the system can, the application gets SIGTERM when this process is killed, so that none stays
    /// without a sidecar. The system tells it when the thread ends that started it, so that thread must
    /// live on.
    ///
    /// @throws Failure when there is no such command
    static Application start(List<String> command, WorkloadSpec spec, int outbound) {
        ensureExists(command.getFirst());
        var whole = new ArrayList<>(DeathSignal.prefix());
        whole.addAll(command);
        var builder = new ProcessBuilder(whole).inheritIO();
        var environment = builder.environment();
        spec.applicationPort().ifPresent(number -> environment.put("PORT", Integer.toString(number)));
        if (spec.interception().isEmpty()) {
            var proxy = "http://127.0.0.1:" + outbound;
            environment.put("HTTP_PROXY", proxy);
            environment.put("http_proxy", proxy);
            var direct = direct(environment);
            environment.put("NO_PROXY", direct);
            environment.put("no_proxy", direct);
        }
        environment.remove("HEDDLE_JOIN_TOKEN");
        environment.remove("HEDDLE_TOKEN");
        environment.remove(ParentWatch.VARIABLE);
        if (Confinement.confines(command)) {
            JavaOptions.keep(environment);
        } else {
            JavaOptions.restore(environment);
        }
        try {
            return new Application(builder.start());
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "cannot start '" + command.getFirst() + "': " + e.getMessage(),
                    "check the command after --",
                    e);
        }
    }

    private static String direct(Map<String, String> environment) {
        var own = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
        return own.isBlank() ? DIRECT : DIRECT + "," + own;
    }

    /// @throws Failure with [ExitCode#NO_COMMAND] when there is no such command
    static void ensureExists(String command) {
        boolean found = command.contains("/")
                ? Files.exists(Path.of(command))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
        if (!found) {
            throw new Failure(
                    ExitCode.NO_COMMAND, "there is no command '" + command + "'", "check the command after --");
        }
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /// Whether something accepts connections on this port of 127.0.0.1.
    static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), PROBE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Waits for its end and returns its exit code.
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /// Asks it to end (SIGTERM) and, when `patience` is over, ends it and everything it started.
    int stop(Duration patience) throws InterruptedException {
        var family = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
        }
        family.forEach(ProcessHandle::destroyForcibly);
        return process.waitFor();
    }
}
