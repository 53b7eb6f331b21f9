package io.heddle.cli.server;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import io.heddle.proxy.StartFailure;
import io.heddle.proxy.ads.Obstacle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// How a proxy comes to serve, or why it does not: as soon as that is known, for people, with the exit code for it.
final class ProxyStart {
    /// A control plane in the middle of a change may send something better at once; after this time it will not.
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private static final Duration LOOK = Duration.ofMillis(100);

    private ProxyStart() {}

    /// Starts a proxy.
    ///
    /// @throws Failure with [ExitCode#REFUSED] when its configuration is at fault
    static Proxy start(ProxyOptions options) {
        try {
            var proxy = Proxy.start(options);
            HeapWatch.start();
            return proxy;
        } catch (StartFailure e) {
            throw notStarted(e);
        }
    }

    private static Failure notStarted(StartFailure reason) {
        var of = reason.problems().stream().map(Problem::object).distinct().toList();
        boolean port = of.equals(List.of("proxy")) || of.equals(List.of("options"));
        return Failure.all(port ? ExitCode.FAILURE : ExitCode.REFUSED, "", reason.problems());
    }

    /// Waits until the proxy has a configuration to serve with. A control plane that is away is waited for; a refusal,
    /// by it or by the proxy, is not.
    ///
    /// @return whether it has one before `patience` ends
    /// @throws Failure with [ExitCode#REFUSED] when the proxy refuses what it was sent, or its bootstrap after all,
    ///     [ExitCode#DENIED] when the control plane refuses the proxy
    static boolean awaitReady(Proxy proxy, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                proxy.ready().get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException _) {
                refuse(proxy);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof StartFailure failure ? notStarted(failure) : denied(Failure.words(e), e);
            }
        }
        return false;
    }

    private static void refuse(Proxy proxy) {
        var obstacle = proxy.obstacle().filter(known -> known.hasStood(SETTLE));
        if (obstacle.isEmpty()) {
            return;
        }
        throw switch (obstacle.get()) {
            case Obstacle.ConfigurationRefused refused ->
                Failure.all(
                        ExitCode.REFUSED,
                        (proxy.isConfiguredByFiles() ? "the" : "the control plane's") + " configuration is refused: ",
                        refused.problems());
            case Obstacle.ProxyRefused refused -> denied(refused.reason(), new IllegalStateException(refused.reason()));
        };
    }

    private static Failure denied(String reason, Throwable cause) {
        return new Failure(
                ExitCode.DENIED,
                "the control plane does not take this proxy: " + reason,
                "check its name, account and labels, and use a fresh join token",
                cause);
    }
}
