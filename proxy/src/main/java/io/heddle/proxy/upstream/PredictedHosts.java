package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Host;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The hosts of the requests that come next, picked ahead so that connections to them can be opened (Envoy's
/// `predictive_preconnect_ratio`). Each event loop has its own, which only that loop touches.
final class PredictedHosts {
    private final LoadBalancer balancer;
    private final int count;
    private final Map<Integer, ArrayDeque<Optional<Host>>> next = new ConcurrentHashMap<>();

    /// Of `balancer`; `ratio`, above 1, says how many requests are expected for one.
    PredictedHosts(LoadBalancer balancer, double ratio) {
        this.balancer = balancer;
        this.count = (int) Math.ceil(ratio) - 1;
    }

    /// The host that was picked ahead on the loop of this number, while it is in service and was not tried; else one by
    /// balancing. Others are picked in its stead.
    Optional<Host> pick(int loop, PickRequest request) {
        var ahead = next.computeIfAbsent(loop, _ -> new ArrayDeque<>());
        var picked = first(ahead, request);
        for (int i = ahead.size(); i < count; i++) {
            var later = balancer.pickInService(request);
            if (later.isPresent()) {
                ahead.addLast(later);
            }
        }
        return picked;
    }

    private Optional<Host> first(ArrayDeque<Optional<Host>> ahead, PickRequest request) {
        while (!ahead.isEmpty()) {
            var found = ahead.removeFirst();
            var host = found.orElseThrow();
            if (!host.state().isOut(request.now()) && !request.tried(host)) {
                return found;
            }
        }
        return balancer.pick(request);
    }

    /// Those picked ahead on the loop of this number.
    Collection<Optional<Host>> of(int loop) {
        var ahead = next.get(loop);
        return ahead == null ? List.of() : ahead;
    }
}
