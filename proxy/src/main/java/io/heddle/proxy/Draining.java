package io.heddle.proxy;

import io.heddle.proxy.listen.Listeners;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.NetworkFilter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a proxy's listeners end: the mesh hears of it, nothing new is accepted, and what has begun goes on to its end.
/// Safe on any thread.
final class Draining {
    private static final Logger log = LoggerFactory.getLogger(Draining.class);
    private static final Duration ANNOUNCEMENT = Duration.ofMillis(500);

    private final Listeners listeners;
    private final BooleanSupplier announce;
    private final AtomicBoolean begun = new AtomicBoolean();

    /// Drains `listeners`; `announce` says so to the mesh, and whether anybody there hears it.
    Draining(Listeners listeners, BooleanSupplier announce) {
        this.listeners = listeners;
        this.announce = announce;
    }

    /// Which listeners.
    enum Which {
        /// Those that take requests from others.
        INBOUND,
        /// Every one.
        ALL;

        private Predicate<Listener> choice() {
            return switch (this) {
                case INBOUND -> Which::isInbound;
                case ALL -> _ -> true;
            };
        }

        private static boolean isInbound(Listener listener) {
            return listener.direction() != Listener.Direction.OUTBOUND
                    && listener.chains().stream()
                            .noneMatch(chain -> chain.filter() instanceof NetworkFilter.Http http
                                    && http.statPrefix().startsWith("outbound"));
        }
    }

    /// Whether it has begun; it does not end.
    boolean hasBegun() {
        return begun.get();
    }

    /// Says to the mesh that no more requests should come here, gives it a moment to hear, then closes the listeners as
    /// their requests end. Completes when they are done or `time` has passed.
    CompletableFuture<Void> close(Which which, Duration time) {
        boolean first = begin(time);
        boolean heard = announce.getAsBoolean();
        long moment = first && heard ? Math.min(time.toMillis() / 4, ANNOUNCEMENT.toMillis()) : 0;
        // The time is a limit to the wait alone: one of zero must not keep the listeners open.
        return after(moment, which).copy().completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Says to the mesh and, with each answer, to clients that they should go elsewhere, and closes the listeners after
    /// `time`: until then they accept connections, as clients may not know better.
    void closeGracefully(Which which, Duration time) {
        begin(time);
        var _ = announce.getAsBoolean();
        listeners.dissuade(which.choice());
        var _ = after(time.toMillis(), which);
    }

    private boolean begin(Duration time) {
        boolean first = begun.compareAndSet(false, true);
        if (first) {
            log.atInfo().addKeyValue("time", time).log("draining");
        }
        return first;
    }

    private CompletableFuture<Void> after(long milliseconds, Which which) {
        var later = CompletableFuture.delayedExecutor(milliseconds, TimeUnit.MILLISECONDS);
        return CompletableFuture.runAsync(() -> {}, later).thenCompose(_ -> listeners.drain(which.choice()));
    }
}
