package io.heddle.cli.sidecar;

import io.heddle.cli.packetfilter.Interceptor;
import io.heddle.cli.rules.Interception;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// A sidecar that leads its application's connections to itself from when it is ready until it closes.
final class InterceptingSidecar implements Sidecar {
    private final Sidecar sidecar;
    private final Interceptor interceptor;
    private final Interception wish;
    private final AtomicBoolean installed = new AtomicBoolean();

    InterceptingSidecar(Sidecar sidecar, Interceptor interceptor, Interception wish) {
        this.sidecar = sidecar;
        this.interceptor = interceptor;
        this.wish = wish;
    }

    @Override
    public boolean awaitReady(Duration patience) throws InterruptedException {
        boolean ready = sidecar.awaitReady(patience);
        if (ready) {
            installed.set(true);
            interceptor.install(wish);
        }
        return ready;
    }

    @Override
    public void applicationReady() {
        sidecar.applicationReady();
    }

    @Override
    public void drain(Duration patience) {
        sidecar.drain(patience);
    }

    @Override
    public void close() {
        try {
            if (installed.getAndSet(false)) {
                interceptor.remove();
            }
        } finally {
            sidecar.close();
        }
    }
}
