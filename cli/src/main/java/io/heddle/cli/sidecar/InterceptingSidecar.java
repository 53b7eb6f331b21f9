package io.heddle.cli.sidecar;

import io.heddle.cli.packetfilter.Interceptor;
import io.heddle.cli.rules.Interception;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/// A sidecar that leads its application's connections to itself from when it is ready until it closes. Any
/// thread may close it.
final class InterceptingSidecar implements Sidecar {
    private final Sidecar sidecar;
    private final Interceptor interceptor;
    private final Interception wish;
    /// Installing and removing exclude each other, so that no rules come when they have been taken away.
    private final ReentrantLock changing = new ReentrantLock();

    private boolean installed;
    private boolean closed;

    InterceptingSidecar(Sidecar sidecar, Interceptor interceptor, Interception wish) {
        this.sidecar = sidecar;
        this.interceptor = interceptor;
        this.wish = wish;
    }

    @Override
    public boolean awaitReady(Duration patience) throws InterruptedException {
        boolean ready = sidecar.awaitReady(patience);
        if (ready) {
            install();
        }
        return ready;
    }

    private void install() {
        changing.lock();
        try {
            if (!closed) {
                installed = true;
                interceptor.install(wish);
            }
        } finally {
            changing.unlock();
        }
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
            remove();
        } finally {
            sidecar.close();
        }
    }

    private void remove() {
        changing.lock();
        try {
            closed = true;
            if (installed) {
                installed = false;
                interceptor.remove();
            }
        } finally {
            changing.unlock();
        }
    }
}
