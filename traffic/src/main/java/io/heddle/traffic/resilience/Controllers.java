package io.heddle.traffic.resilience;

import io.heddle.traffic.grpc.GrpcMethods;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/// Where a proxy keeps the controllers of its filters, beside its configurations: what they found out holds
/// when something else changes. A place whose settings change begins anew; requests that still come by the
/// older chain, which drains, go on with what was found out under its settings, until nobody has asked for that
/// for the time to drain. Any thread.
public final class Controllers {
    private final Map<ConcurrencySettings, Kept<ConcurrencyController>> concurrency = new ConcurrentHashMap<>();
    private final Map<AdmissionSettings, Kept<AdmissionController>> admission = new ConcurrentHashMap<>();
    private final GrpcMethods grpcMethods = new GrpcMethods();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Consumer<Controllers> first;
    private final long drain;

    /// Runs `first` once, when there is a controller that [#look] has something to compute for. Chains drain
    /// for `drain` at most.
    public Controllers(Consumer<Controllers> first, Duration drain) {
        this.first = first;
        this.drain = drain.toNanos();
    }

    /// A controller. Of those of one place the one that was asked for last is current; the others were left at
    /// a time.
    private static final class Kept<C> {
        final String place;
        final C controller;
        volatile boolean current;
        long leftAt;

        Kept(String place, C controller) {
            this.place = place;
            this.controller = controller;
        }

        void leave(long now) {
            if (current) {
                current = false;
                leftAt = now;
            }
        }

        boolean isOver(long now, long drain) {
            return !current && now - leftAt > drain;
        }
    }

    /// The controller of `settings`, whose figures are those of the connection manager with `statPrefix`.
    ///
    /// @param now `System.nanoTime()`
    public ConcurrencyController of(ConcurrencySettings settings, String statPrefix, long now) {
        var found = concurrency.get(settings);
        if (found != null && found.current) {
            return found.controller;
        }
        var added = turnTo(
                settings,
                concurrency,
                made -> new Kept<>(made.place(), new ConcurrencyController(made, statPrefix)),
                now);
        if (begun.compareAndSet(false, true)) {
            first.accept(this);
        }
        return added;
    }

    /// The controller of `settings`.
    ///
    /// @param now `System.nanoTime()`
    public AdmissionController of(AdmissionSettings settings, long now) {
        var found = admission.get(settings);
        if (found != null && found.current) {
            return found.controller;
        }
        return turnTo(settings, admission, made -> new Kept<>(made.place(), new AdmissionController(made)), now);
    }

    /// Makes the controller of `settings` the current one of its place, and lets go of what was left long ago.
    private synchronized <S, C> C turnTo(S settings, Map<S, Kept<C>> all, Function<S, Kept<C>> making, long now) {
        var kept = all.computeIfAbsent(settings, making);
        for (var other : all.values()) {
            if (other != kept && other.place.equals(kept.place)) {
                other.leave(now);
            }
        }
        kept.current = true;
        all.values().removeIf(other -> other.isOver(now, drain));
        return kept.controller;
    }

    /// What became of gRPC calls that filters count.
    public GrpcMethods grpcMethods() {
        return grpcMethods;
    }

    /// Has each compute what is due at `now` (`System.nanoTime()`); `chance` is drawn evenly.
    public void look(long now, long chance) {
        concurrency.values().forEach(kept -> kept.controller.look(now, chance));
    }

    /// Those that bound how many requests pass at a time, the current one of each place.
    public Collection<ConcurrencyController> concurrency() {
        return concurrency.values().stream()
                .filter(kept -> kept.current)
                .map(kept -> kept.controller)
                .toList();
    }
}
