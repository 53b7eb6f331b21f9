package io.heddle.proxy.http2;

import java.util.EnumMap;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// How often connections of one side ended for what their peers did. Safe on any thread.
public final class Http2Counters {
    private final EnumMap<Flood, LongAdder> floods = new EnumMap<>(Flood.class);
    private final LongAdder faults = new LongAdder();
    private final LongAdder keepAliveTimeouts = new LongAdder();

    /// All zero.
    public Http2Counters() {
        for (var flood : Flood.values()) {
            floods.put(flood, new LongAdder());
        }
    }

    private LongAdder counter(Flood flood) {
        return Objects.requireNonNull(floods.get(flood));
    }

    /// A peer overdid something.
    public void flooded(Flood flood) {
        counter(flood).increment();
    }

    /// A connection was ended for a fault of the peer, floods included.
    public void failed() {
        faults.increment();
    }

    /// A peer did not answer a PING.
    public void keepAliveTimeout() {
        keepAliveTimeouts.increment();
    }

    /// Connections ended for this.
    public long floods(Flood flood) {
        return counter(flood).sum();
    }

    /// Connections ended for any fault.
    public long faults() {
        return faults.sum();
    }

    /// Connections ended as the peer did not answer.
    public long keepAliveTimeouts() {
        return keepAliveTimeouts.sum();
    }
}
