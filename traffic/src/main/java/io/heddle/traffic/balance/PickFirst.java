package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// One host for everything, until it fails; then another one, and that until it fails (gRPC's `pick_first`, gRFC A62).
///
/// A host fails when it is out of service or the last connection to it could not be made. Then the list is gone through
/// from its beginning, or, where it is shuffled, from a place that is drawn by weight (gRFC A113): so of many proxies
/// not all go to the same host, neither first nor after a failure. Which host was taken is kept in its state, so that a
/// balancer made anew for other hosts goes on with it while it is there.
final class PickFirst implements Algorithm {
    private static final int NOBODY = -1;

    private final List<Host> hosts;
    private final boolean shuffles;
    private final WeightedDraw draw;
    private final AtomicInteger taken;

    PickFirst(List<Host> hosts, boolean shuffles) {
        this.hosts = hosts;
        this.shuffles = shuffles;
        this.draw = new WeightedDraw(hosts);
        int found = NOBODY;
        for (int i = 0; i < hosts.size() && found == NOBODY; i++) {
            found = hosts.get(i).state().isTaken() ? i : NOBODY;
        }
        this.taken = new AtomicInteger(found);
    }

    @Override
    public int draw(PickRequest request, int turn) {
        int current = taken.get();
        if (current == NOBODY || (turn == 0 && !serves(current, request.now()))) {
            current = another(current, request);
        }
        return turn == 0 ? current : (current + turn) % hosts.size();
    }

    private int another(int current, PickRequest request) {
        int start = shuffles ? draw.index(request.chance()) : 0;
        long now = request.now();
        int next = NOBODY;
        for (int i = 0; i < hosts.size() && next == NOBODY; i++) {
            int at = (start + i) % hosts.size();
            next = serves(at, now) ? at : NOBODY;
        }
        if (next == NOBODY) {
            next = current == NOBODY ? start : (current + 1) % hosts.size(); // none is known to be well: each in turn
        }
        if (!taken.compareAndSet(current, next)) {
            return taken.get(); // another thread was faster, and all go to one host
        }
        if (current != NOBODY) {
            hosts.get(current).state().take(false);
        }
        hosts.get(next).state().take(true);
        return next;
    }

    private boolean serves(int index, long now) {
        var host = hosts.get(index);
        return host.endpoint().health() != Endpoint.Health.UNHEALTHY
                && host.state().isReachable()
                && !host.state().isOut(now);
    }
}
