package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Host;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Every host in turn, by weight ([Strides]). One atomic counter, no lock, no allocation. The start is drawn, so that
/// many proxies do not all begin with the same host.
final class RoundRobin implements Algorithm {
    private final Strides strides;
    private final AtomicInteger sequence = new AtomicInteger();
    private volatile boolean started;

    RoundRobin(List<Host> hosts) {
        this.strides = Strides.of(
                hosts.stream().mapToDouble(host -> host.endpoint().weight()).toArray());
    }

    @Override
    public int draw(PickRequest request, int turn) {
        if (!started) {
            started = true;
            sequence.set((int) request.chance());
        }
        return strides.next(sequence);
    }
}
