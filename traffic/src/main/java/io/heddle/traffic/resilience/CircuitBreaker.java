package io.heddle.traffic.resilience;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Counts what a cluster has under way of one priority, or a route, and refuses more than its limits. A cluster's is
/// part of its [ClusterLoad]; all are kept over configuration updates. Safe on any thread.
public final class CircuitBreaker {
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger retries = new AtomicInteger();
    private final AtomicLong pendingOverflow = new AtomicLong();
    private final AtomicLong requestOverflow = new AtomicLong();
    private volatile Thresholds limits;

    /// What is counted.
    public enum Resource {
        CONNECTIONS,
        PENDING,
        REQUESTS,
        RETRIES
    }

    /// A breaker with `limits`.
    public CircuitBreaker(Thresholds limits) {
        this.limits = limits;
    }

    /// Other limits from now on; what is under way stays counted.
    public void limit(Thresholds next) {
        limits = next;
    }

    /// Counts one more; false, and nothing counted, when the limit is reached. Each success needs one [#release].
    public boolean tryAcquire(Resource resource) {
        var counter = counter(resource);
        if (counter.incrementAndGet() <= limit(resource)) {
            return true;
        }
        counter.decrementAndGet();
        switch (resource) {
            case PENDING -> pendingOverflow.incrementAndGet();
            case REQUESTS -> requestOverflow.incrementAndGet();
            case CONNECTIONS, RETRIES -> {} // counted with what is done instead
        }
        return false;
    }

    /// How many requests could not wait for a connection, since the proxy began.
    public long pendingOverflow() {
        return pendingOverflow.get();
    }

    /// How many requests were refused as too many were under way, since the proxy began.
    public long requestOverflow() {
        return requestOverflow.get();
    }

    /// Counts one more, whatever the limit. Needs one [#release], too.
    public void acquire(Resource resource) {
        counter(resource).incrementAndGet();
    }

    /// Counts one less.
    public void release(Resource resource) {
        counter(resource).decrementAndGet();
    }

    /// How many are under way.
    public int active(Resource resource) {
        return counter(resource).get();
    }

    /// How many more there may be; 0 where the limit is reached or was lowered below what is under way.
    public int remaining(Resource resource) {
        return Math.max(0, limit(resource) - active(resource));
    }

    private AtomicInteger counter(Resource resource) {
        return switch (resource) {
            case CONNECTIONS -> connections;
            case PENDING -> pending;
            case REQUESTS -> requests;
            case RETRIES -> retries;
        };
    }

    private int limit(Resource resource) {
        var current = limits;
        return switch (resource) {
            case CONNECTIONS -> current.connections();
            case PENDING -> current.pending();
            case REQUESTS -> current.requests();
            case RETRIES ->
                current.budget().isPresent() ? current.budget().get().most(requests.get()) : current.retries();
        };
    }
}
