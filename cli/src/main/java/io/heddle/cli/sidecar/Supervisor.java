package io.heddle.cli.sidecar;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Runs one sidecar and its application from start to end.
///
/// Order at the start: the proxy, then, once it has a configuration, the application, so that the application's first
/// request finds its way; requests come in once the application accepts connections. Order at the end, whoever ends
/// first: no new requests come in (the mesh is told), those
/// under way are finished, the application gets SIGTERM, and the way out stays open until it is gone.
final class Supervisor {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration PROBE = Duration.ofMillis(20);
    private static final Duration SLOW = Duration.ofSeconds(20);

    private final Console console;
    private final Sidecar sidecar;
    private final Duration grace;
    private final AtomicBoolean ending = new AtomicBoolean();

    Supervisor(Console console, Sidecar sidecar, Duration grace) {
        this.console = console;
        this.sidecar = sidecar;
        this.grace = grace;
    }

    /// Starts the application, waits for its end and returns its exit code.
    int run(List<String> command, Sidecar.Start start) throws InterruptedException {
        try (sidecar) {
            if (!sidecar.awaitReady(READY)) {
                throw new Failure(
                        ExitCode.UNREACHABLE,
                        "no configuration from the control plane at " + start.xds() + " after " + READY.toSeconds()
                                + " s",
                        "check that it runs, and its log for why it refuses "
                                + start.spec().name());
            }
            var application =
                    Application.start(command, start.spec(), start.ports().outbound());
            var hook = Thread.ofPlatform().name("stop").unstarted(() -> end(application));
            Runtime.getRuntime().addShutdownHook(hook);
            Thread.ofVirtual().name("application-ready").start(() -> announce(application, start.spec()));
            int code = application.await();
            if (!ending.getAndSet(true)) {
                Runtime.getRuntime().removeShutdownHook(hook);
                sidecar.drain(grace);
                return code;
            }
            hook.join();
            return code;
        }
    }

    /// Lets requests in when the application accepts connections; one that only calls takes none.
    private void announce(Application application, WorkloadSpec spec) {
        var port = spec.applicationPort();
        if (port.isEmpty()) {
            sidecar.applicationReady();
            return;
        }
        long began = System.nanoTime();
        boolean told = false;
        while (application.alive() && !ending.get()) {
            if (Application.accepts(port.getAsInt())) {
                sidecar.applicationReady();
                return;
            }
            if (!told && System.nanoTime() - began > SLOW.toNanos()) {
                console.say("%s/%s gets no requests yet: the application does not listen on 127.0.0.1:%d"
                        .formatted(spec.namespace(), spec.name(), port.getAsInt()));
                told = true;
            }
            LockSupport.parkNanos(PROBE.toNanos());
        }
    }

    /// The way out when this process is told to end: the hook decides the exit code, which is the application's.
    private void end(Application application) {
        if (ending.getAndSet(true)) {
            return;
        }
        try {
            sidecar.drain(grace);
            int code = application.stop(grace);
            sidecar.close();
            console.err().flush();
            Runtime.getRuntime().halt(code);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
