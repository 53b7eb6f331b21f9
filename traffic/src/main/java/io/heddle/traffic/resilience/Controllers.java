package io.heddle.traffic.resilience;

import io.heddle.traffic.grpc.GrpcMethods;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// Where a proxy keeps the controllers of its filters, beside its configurations: what they found out holds
/// when something else changes. A place whose settings change begins anew; requests that still come by the
/// older chain, which drains, go on with what was found out under its settings, until nobody has asked for that
/// for the time to drain. Any thread; a request waits for no other, whatever settings it comes under, and as long as
/// all come under the same ones it writes nothing here that others read, but for once in [#OFTEN].
public final class Controllers {
    /// How closely it is kept when a controller was asked for last.
    private static final long OFTEN = TimeUnit.MILLISECONDS.toNanos(100);

    private final Map<ConcurrencySettings, Kept<ConcurrencyController>> concurrency = new ConcurrentHashMap<>();
    private final Map<AdmissionSettings, Kept<AdmissionController>> admission = new ConcurrentHashMap<>();
    private final Map<String, AtomicReference<Kept<ConcurrencyController>>> concurrencyPlaces =
            new ConcurrentHashMap<>();
    private final Map<String, AtomicReference<Kept<AdmissionController>>> admissionPlaces = new ConcurrentHashMap<>();
    private final GrpcMethods grpcMethods = new GrpcMethods();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Consumer<Controllers> first;
    private final long drain;

    /// Runs `first` once, when there is a controller that [#look] has something to compute for. Chains drain
    /// for `drain` at most.
    public Controllers(Consumer<Controllers> first, Duration drain) {
        this.first = first;
        this.drain = drain.toNanos() + OFTEN;
    }

    /// A controller, and when it was asked for last. Of those of one place the one that was asked for last is current.
    private static final class Kept<C> {
        private final AtomicReference<Kept<C>> current;
        private final C controller;
        private final AtomicLong asked;

        Kept(AtomicReference<Kept<C>> current, C controller, long now) {
            this.current = current;
            this.controller = controller;
            this.asked = new AtomicLong(now);
        }

        C asked(long now) {
            if (now - asked.getOpaque() > OFTEN) {
                asked.setOpaque(now);
            }
            if (!isCurrent()) {
                current.setOpaque(this);
            }
            return controller;
        }

        @SuppressWarnings("ReferenceEquality") // There is one for each controller.
        boolean isCurrent() {
            return current.getOpaque() == this;
        }

        boolean isLeft(long now, long drain) {
            return !isCurrent() && now - asked.getOpaque() > drain;
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
        forget(concurrency.values(), now);
        var added = concurrency
                .computeIfAbsent(
                        settings,
                        made -> new Kept<>(
                                place(concurrencyPlaces, made.place()),
                                new ConcurrencyController(made, statPrefix),
                                now))
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
        forget(admission.values(), now);
        return admission
                .computeIfAbsent(
                        settings,
                        made -> new Kept<>(place(admissionPlaces, made.place()), new AdmissionController(made), now))
                .asked(now);
    }

    private static <C> AtomicReference<Kept<C>> place(Map<String, AtomicReference<Kept<C>>> places, String name) {
        return places.computeIfAbsent(name, _ -> new AtomicReference<>());
    }

    /// Lets go of what was left long ago, now that something is new.
    private <C> void forget(Collection<Kept<C>> all, long now) {
        all.removeIf(kept -> kept.isLeft(now, drain));
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
                .filter(Kept::isCurrent)
                .map(kept -> kept.controller)
                .toList();
    }
}
