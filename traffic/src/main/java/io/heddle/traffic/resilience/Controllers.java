package io.heddle.traffic.resilience;

import io.heddle.traffic.grpc.GrpcMethods;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Where a proxy keeps the controllers of its filters, beside its configurations: what they found out holds when
/// something else changes. A place whose settings change begins anew. Any thread.
public final class Controllers {
    private final Map<ConcurrencySettings, ConcurrencyController> concurrency = new ConcurrentHashMap<>();
    private final Map<AdmissionSettings, AdmissionController> admission = new ConcurrentHashMap<>();
    private final GrpcMethods grpcMethods = new GrpcMethods();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Consumer<Controllers> first;

    /// Runs `first` once, when there is a controller that [#look] has something to compute for.
    public Controllers(Consumer<Controllers> first) {
        this.first = first;
    }

    /// The controller of `settings`, whose figures are those of the connection manager with `statPrefix`.
    public ConcurrencyController of(ConcurrencySettings settings, String statPrefix) {
        var found = concurrency.get(settings);
        if (found != null) {
            return found;
        }
        concurrency.keySet().removeIf(other -> other.place().equals(settings.place()) && !other.equals(settings));
        var added = concurrency.computeIfAbsent(settings, made -> new ConcurrencyController(made, statPrefix));
        if (begun.compareAndSet(false, true)) {
            first.accept(this);
        }
        return added;
    }

    /// The controller of `settings`.
    public AdmissionController of(AdmissionSettings settings) {
        var found = admission.get(settings);
        if (found != null) {
            return found;
        }
        admission.keySet().removeIf(other -> other.place().equals(settings.place()) && !other.equals(settings));
        return admission.computeIfAbsent(settings, AdmissionController::new);
    }

    /// What became of gRPC calls that filters count.
    public GrpcMethods grpcMethods() {
        return grpcMethods;
    }

    /// Has each compute what is due at `now` (`System.nanoTime()`); `chance` is drawn evenly.
    public void look(long now, long chance) {
        concurrency.values().forEach(controller -> controller.look(now, chance));
    }

    /// Those that bound how many requests pass at a time.
    public Collection<ConcurrencyController> concurrency() {
        return List.copyOf(concurrency.values());
    }
}
