package io.heddle.cli.sidecar;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Runs one sidecar and its application from start to end.
///
/// Order at the start: the proxy, then, once it has a configuration, the application, so that the
/// application's first request finds its way; requests come in once the application accepts connections.
/// Order at the end, whoever ends first: no new requests come in (the mesh is told), those under way are
/// finished, the application gets SIGTERM, and the way out stays open until it is gone.
final class Supervisor {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration PROBE = Duration.ofMillis(20);
    private static final Duration SLOW = Duration.ofSeconds(20);

    private final Console console;
    private final Sidecar sidecar;
    private final Duration grace;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    private volatile Optional<Application> running = Optional.empty();

    Supervisor(Console console, Sidecar sidecar, Duration grace) {
        this.console = console;
        this.sidecar = sidecar;
        this.grace = grace;
    }

    /// Starts the application, waits for its end and returns its exit code.
    ///
    /// Whenever this process is told to end, from the first moment to the last, the sidecar is closed
    /// before it does: a sidecar may have changed the system, and nobody else would change it back.
    int run(List<String> command, Sidecar.Start start) throws InterruptedException {
        var hook = Thread.ofPlatform().name("stop").unstarted(this::end);
        Runtime.getRuntime().addShutdownHook(hook);
        try (sidecar) {
            return code(command, start, hook);
        } finally {
            ended.countDown();
            forget(hook);
        }
    }

    private int code(List<String> command, Sidecar.Start start, Thread hook) throws InterruptedException {
        if (!sidecar.awaitReady(READY)) {
            throw new Failure(
                    ExitCode.UNREACHABLE,
                    "no configuration from the control plane at " + start.xds() + " after " + READY.toSeconds() + " s",
                    "check that it runs, and its log for why it refuses "
                            + start.spec().name());
        }
        var application = Application.start(command, start.spec(), start.ports().outbound());
        running = Optional.of(application);
        Thread.ofVirtual().name("application-ready").start(() -> announce(application, start.spec()));
        int code = application.await();
        if (ending.getAndSet(true)) {
            hook.join();
        } else {
            sidecar.drain(grace);
        }
        return code;
    }

    /// Takes the hook away, unless it runs already.
    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // this process is ending, and the hook with it
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

    /// The way out when this process is told to end. The exit code is the application's; before there is one,
    /// there is nothing but to close.
    private void end() {
        try {
            var application = running;
            if (application.isEmpty()) {
                sidecar.close();
                return;
            }
            int code = ending.getAndSet(true) ? afterLastRequests(application.get()) : stopped(application.get());
            console.err().flush();
            Runtime.getRuntime().halt(code);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int stopped(Application application) throws InterruptedException {
        sidecar.drain(grace);
        int code = application.stop(grace);
        sidecar.close();
        return code;
    }

    /// The application has ended by itself. Another thread waits for the last requests and closes the
    /// sidecar, unless they take too long.
    private int afterLastRequests(Application application) throws InterruptedException {
        if (!ended.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            sidecar.close();
        }
        return application.await();
    }
}
