package io.heddle.traffic.balance;

import io.heddle.traffic.balance.BalancerPolicy.SlowStart;
import io.heddle.traffic.balance.host.Host;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Hosts among which one [Algorithm] picks.
///
/// A host that does not come into question is drawn past: the algorithm draws again, a few times, so that the others
/// keep their shares; then the hosts are gone through in order. A host in its slow start is drawn past by chance, as
/// often as its share lacks against the host that is longest in service: so shares grow without a table being built
/// anew.
final class Pool {
    private static final int TURNS = 8;
    private static final long LOOK_EVERY = 100_000_000L;

    private final List<Host> hosts;
    private final List<Optional<Host>> slots;
    private final Algorithm algorithm;
    private final @Nullable SlowStart slowStart;
    private volatile boolean looked;
    private volatile long lookedAt;
    private volatile double best;

    Pool(List<Host> hosts, Algorithm algorithm, Optional<SlowStart> slowStart) {
        this.hosts = hosts;
        this.slots = hosts.stream().map(Optional::of).toList();
        this.algorithm = algorithm;
        this.slowStart = slowStart.orElse(null);
    }

    List<Host> hosts() {
        return hosts;
    }

    /// A host that is not ejected and was not tried; empty when there is none.
    Optional<Host> inService(PickRequest request) {
        if (hosts.isEmpty()) {
            return Optional.empty();
        }
        long now = request.now();
        int first = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            int drawn = algorithm.draw(request, turn);
            first = turn == 0 ? drawn : first;
            var host = hosts.get(drawn);
            if (!host.state().isOut(now) && !request.tried(host) && isWarm(host, request)) {
                return slots.get(drawn);
            }
        }
        return scan(request, first, false);
    }

    /// A host that was not tried, ejected or not; empty when there is none.
    Optional<Host> untried(PickRequest request) {
        if (hosts.isEmpty()) {
            return Optional.empty();
        }
        int drawn = algorithm.draw(request, 0);
        return request.tried(hosts.get(drawn)) ? scan(request, drawn, true) : slots.get(drawn);
    }

    /// Whichever host is drawn; empty only when there is none at all.
    Optional<Host> any(PickRequest request) {
        return hosts.isEmpty() ? Optional.empty() : slots.get(algorithm.draw(request, 0));
    }

    private Optional<Host> scan(PickRequest request, int first, boolean ejectedToo) {
        long now = request.now();
        int at = first;
        for (int i = 0; i < hosts.size(); i++) {
            var host = hosts.get(at);
            if ((ejectedToo || !host.state().isOut(now)) && !request.tried(host)) {
                return slots.get(at);
            }
            at = at + 1 == hosts.size() ? 0 : at + 1;
        }
        return Optional.empty();
    }

    private boolean isWarm(Host host, PickRequest request) {
        if (slowStart == null) {
            return true;
        }
        long now = request.now();
        double factor = slowStart.factor(host.state().inServiceFor(now), request.runtime());
        if (factor >= 1) {
            return true;
        }
        return (request.chance() >>> 11) * 0x1.0p-53 * best(slowStart, request) < factor;
    }

    /// The factor of the host that is longest in service; looked for now and then only.
    private double best(SlowStart settings, PickRequest request) {
        long now = request.now();
        if (!looked || now - lookedAt > LOOK_EVERY) {
            best = settings.factor(longest(settings.window().toNanos(), now), request.runtime());
            lookedAt = now;
            looked = true;
        }
        return best;
    }

    private long longest(long window, long now) {
        long longest = 0;
        for (int i = 0; i < hosts.size() && longest < window; i++) {
            var state = hosts.get(i).state();
            if (!state.isOut(now)) {
                longest = Math.max(longest, state.inServiceFor(now));
            }
        }
        return longest;
    }
}
