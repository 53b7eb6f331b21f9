package io.heddle.traffic.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Every host in turn, by weight.
///
/// Weights are scaled to 16 bits. A counter walks over the hosts; in each round a host is taken or passed over so
/// that over all rounds it is taken in proportion to its weight, evenly spread (gRPC's static stride scheduler, gRFC
/// A58). One atomic counter, no lock, no allocation. The start is drawn, so that many proxies do not all begin with
/// the same host.
final class RoundRobin implements Algorithm {
    private static final int FULL = 0xFFFF;

    private final int[] weights;
    private final AtomicInteger sequence = new AtomicInteger();
    private volatile boolean started;

    RoundRobin(List<Host> hosts) {
        long max =
                hosts.stream().mapToLong(host -> host.endpoint().weight()).max().orElse(1);
        weights = hosts.stream()
                .mapToInt(host -> (int) Math.max(1, host.endpoint().weight() * (long) FULL / max))
                .toArray();
    }

    @Override
    public int draw(PickRequest request, int turn) {
        if (!started) {
            started = true;
            sequence.set((int) request.chance());
        }
        while (true) {
            long number = Integer.toUnsignedLong(sequence.getAndIncrement());
            int index = (int) (number % weights.length);
            long round = number / weights.length;
            int weight = weights[index];
            if ((weight * round + (long) index * (FULL / 2)) % FULL < weight) {
                return index;
            }
        }
    }
}
