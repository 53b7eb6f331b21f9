package io.heddle.traffic.resilience;

import io.heddle.traffic.grpc.GrpcMethods;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Where a proxy keeps the controllers of its filters, beside its configurations: what they found out holds
/// when something else changes. A place whose settings change begins anew; requests that still come by the
/// older chain, which drains, go on with what was found out under its settings, until nobody has asked for that
/// for the time to drain. Any thread; a request waits for no other, whatever settings it comes under.
public final class Controllers {
    private final Map<ConcurrencySettings, Kept<ConcurrencyController>> concurrency = new ConcurrentHashMap<>();
    private final Map<AdmissionSettings, Kept<AdmissionController>> admission = new ConcurrentHashMap<>();
    private final GrpcMethods grpcMethods = new GrpcMethods();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicLong numbers = new AtomicLong();
    private final Consumer<Controllers> first;
    private final long drain;

    /// Runs `first` once, when there is a controller that [#look] has something to compute for. Chains drain
    /// for `drain` at most.
    public Controllers(Consumer<Controllers> first, Duration drain) {
        this.first = first;
        this.drain = drain.toNanos();
    }

    /// A controller, and when it was asked for last. Of those of one place the one that was asked for last is current.
    private static final class Kept<C> {
        private final String place;
        private final C controller;
        private final long number;
        private final AtomicLong asked;

        Kept(String place, C controller, long number, long now) {
            this.place = place;
            this.controller = controller;
            this.number = number;
            this.asked = new AtomicLong(now);
        }

        C asked(long now) {
            asked.setOpaque(now);
            return controller;
        }

        boolean isAfter(Kept<C> other) {
            long later = asked.getOpaque() - other.asked.getOpaque();
            return later > 0 || (later == 0 && number > other.number);
        }
    }

    /// The controller of `settings`, whose figures are those of the connection manager with `statPrefix`.
    ///
    /// @param now `System.nanoTime()`
    public ConcurrencyController of(ConcurrencySettings settings, String statPrefix, long now) {
        var found = concurrency.get(settings);
        if (found != null) {
            return found.asked(now);
        }
        forget(concurrency, now);
        var added = concurrency
                .computeIfAbsent(
                        settings,
                        made -> new Kept<>(made.place(), new ConcurrencyController(made, statPrefix), made(), now))
                .asked(now);
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
        if (found != null) {
            return found.asked(now);
        }
        forget(admission, now);
        return admission
                .computeIfAbsent(settings, made -> new Kept<>(made.place(), new AdmissionController(made), made(), now))
                .asked(now);
    }

    private long made() {
        return numbers.incrementAndGet();
    }

    /// Lets go of what was left long ago, now that something is new.
    private <S, C> void forget(Map<S, Kept<C>> all, long now) {
        var current = current(all.values());
        all.values().removeIf(kept -> current.get(kept.place) != kept && now - kept.asked.getOpaque() > drain);
    }

    private static <C> Map<String, Kept<C>> current(Collection<Kept<C>> all) {
        var current = new HashMap<String, Kept<C>>();
        all.forEach(kept -> current.merge(kept.place, kept, (one, other) -> other.isAfter(one) ? other : one));
        return current;
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
        return current(concurrency.values()).values().stream()
                .map(kept -> kept.controller)
                .toList();
    }
}
