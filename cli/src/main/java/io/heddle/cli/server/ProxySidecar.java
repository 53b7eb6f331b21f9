package io.heddle.cli.server;

import io.heddle.cli.sidecar.Sidecar;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import io.heddle.proxy.observe.AccessLogs;
import java.time.Duration;
import java.util.Optional;

/// Our proxy as the sidecar of `heddle run`.
public final class ProxySidecar implements Sidecar {
    private final Proxy proxy;

    private ProxySidecar(Proxy proxy) {
        this.proxy = proxy;
    }

    /// Starts the proxy as `start` says.
    ///
    /// @throws io.heddle.cli.output.Failure with the proxy's own one line when it cannot
    public static Sidecar start(Start start) {
        var bootstrap = new ProxyOptions.BootstrapSource.File(start.bootstrap());
        var identity = new ProxyOptions.Identity(
                start.joinToken(), Optional.empty(), ProxyOptions.Identity.DEFAULT.lifetime());
        var options = ProxyOptions.of(bootstrap, start.stateDirectory())
                .withLogLevels(LogbackLevels.ofProcess())
                .withIdentity(identity)
                .withApplicationToCome()
                .withLastGoodAfter(start.lastGoodAfter())
                .withAccessLog(new AccessLogs.Settings(start.accessLog(), "json"))
                .withMetrics(new ProxyOptions.MetricsPort(
                        start.spec().address(), start.ports().metrics()));
        return new ProxySidecar(ProxyStart.start(options));
    }

    @Override
    public boolean awaitReady(Duration patience) throws InterruptedException {
        return ProxyStart.awaitReady(proxy, patience);
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
