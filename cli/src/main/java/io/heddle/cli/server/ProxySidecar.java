package io.heddle.cli.server;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.sidecar.Sidecar;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import io.heddle.proxy.StartFailure;
import io.heddle.proxy.observe.AccessLogs;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Our proxy as the sidecar of `heddle run`.
public final class ProxySidecar implements Sidecar {
    private final Proxy proxy;

    private ProxySidecar(Proxy proxy) {
        this.proxy = proxy;
    }

    /// Starts the proxy as `start` says.
    ///
    /// @throws Failure with the proxy's own one line when it cannot
    public static Sidecar start(Start start) {
        var bootstrap = new ProxyOptions.BootstrapSource.File(start.bootstrap());
        var identity = new ProxyOptions.Identity(
                start.joinToken(), Optional.empty(), ProxyOptions.Identity.DEFAULT.lifetime());
        var options = ProxyOptions.of(bootstrap, start.stateDirectory())
                .withIdentity(identity)
                .withApplicationToCome()
                .withLastGoodAfter(start.lastGoodAfter())
                .withAccessLog(new AccessLogs.Settings(start.accessLog(), "json"))
                .withMetrics(new ProxyOptions.MetricsPort(
                        start.spec().address(), start.ports().metrics()));
        try {
            return new ProxySidecar(Proxy.start(options));
        } catch (StartFailure e) {
            throw new Failure(ExitCode.FAILURE, String.valueOf(e.getMessage()), "", e);
        }
    }

    @Override
    public boolean awaitReady(Duration patience) throws InterruptedException {
        try {
            proxy.ready().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "the control plane does not take this sidecar: " + Failure.words(e),
                    "see its log",
                    e);
        }
    }

    @Override
    public void applicationReady() {
        proxy.applicationReady();
    }

    @Override
    public void drain(Duration patience) {
        proxy.drain(patience).join();
    }

    @Override
    public void close() {
        proxy.close();
    }
}
