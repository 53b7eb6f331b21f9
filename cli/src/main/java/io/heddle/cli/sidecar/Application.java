package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The application beside the sidecar: a child process with the sidecar's terminal and environment.
final class Application {
    private static final int PROBE_MILLIS = 1000;

    private final Process process;

    private Application(Process process) {
        this.process = process;
    }

    /// Starts the command with `PORT` and, where its connections are not intercepted, the proxy variables that send
    /// its requests through the sidecar.
    ///
    /// @throws Failure when there is no such command
    static Application start(List<String> command, WorkloadSpec spec, int outbound) {
        var builder = new ProcessBuilder(command).inheritIO();
        var environment = builder.environment();
        spec.applicationPort().ifPresent(number -> environment.put("PORT", Integer.toString(number)));
        if (spec.interception().isEmpty()) {
            var proxy = "http://127.0.0.1:" + outbound;
            environment.put("HTTP_PROXY", proxy);
            environment.put("http_proxy", proxy);
            environment.put("NO_PROXY", "");
            environment.put("no_proxy", "");
        }
        environment.remove("HEDDLE_JOIN_TOKEN");
        environment.remove("HEDDLE_TOKEN");
        environment.remove(ParentWatch.VARIABLE);
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
