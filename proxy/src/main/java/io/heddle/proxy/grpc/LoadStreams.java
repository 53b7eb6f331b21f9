package io.heddle.proxy.grpc;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.HostState;
import java.util.IdentityHashMap;
import java.util.List;

/// The [LoadStream]s of all hosts of clusters that are balanced by load which hosts report by themselves; spread over
/// the event loops. Follows the clusters and their hosts.
public final class LoadStreams {
    private final List<GrpcClient> clients;
    private final Upstreams upstreams;
    private IdentityHashMap<HostState, Running> running = new IdentityHashMap<>();
    private int next;

    private record Running(LoadStream stream, BalancerPolicy.ClientWeighted policy) {}

    private LoadStreams(List<Worker> workers, Upstreams upstreams) {
        this.clients = workers.stream()
                .map(worker -> new GrpcClient(worker, upstreams))
                .toList();
        this.upstreams = upstreams;
    }

    /// Follows `upstreams` from now on, on the loops of `workers`.
    public static void follow(Upstreams upstreams, List<Worker> workers) {
        var streams = new LoadStreams(workers, upstreams);
        upstreams.followedBy(streams::changed);
    }

    /// Called by one thread at a time.
    private void changed() {
        var before = running;
        var after = new IdentityHashMap<HostState, Running>();
        for (var cluster : upstreams.all()) {
            if (cluster.cluster().balancer().innermost() instanceof BalancerPolicy.ClientWeighted policy
                    && policy.asksEvery().isPresent()) {
                watch(cluster, policy, before, after);
            }
        }
        before.values().forEach(gone -> gone.stream().stop());
        running = after;
    }

    private void watch(
            UpstreamCluster cluster,
            BalancerPolicy.ClientWeighted policy,
            IdentityHashMap<HostState, Running> before,
            IdentityHashMap<HostState, Running> after) {
        for (var host : cluster.hosts().values()) {
            var known = before.get(host.state());
            if (known != null && known.policy().equals(policy)) {
                before.remove(host.state());
                after.put(host.state(), known);
                continue;
            }
            var client = clients.get(Math.floorMod(next++, clients.size()));
            var fresh = new LoadStream(client, upstreams, cluster.cluster().name(), host, policy);
            fresh.start();
            after.put(host.state(), new Running(fresh, policy));
        }
    }
}
