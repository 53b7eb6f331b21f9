package io.heddle.proxy.grpc;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.balance.Host;

/// Makes gRPC calls to clusters, on one event loop: with their balancing, TLS, circuit breakers and keep-alive, as
/// Envoy's `envoy_grpc` does. Confined to its loop, except for [#hasHosts] and [#worker].
public final class GrpcClient {
    private final Worker worker;
    private final Upstreams upstreams;

    /// Calls the clusters of `upstreams` on the loop of `worker`.
    public GrpcClient(Worker worker, Upstreams upstreams) {
        this.worker = worker;
        this.upstreams = upstreams;
    }

    /// Whose loop its calls are on.
    public Worker worker() {
        return worker;
    }

    /// Whether the cluster called `name` has a host now. One whose names are still being asked for has none.
    public boolean hasHosts(String name) {
        return upstreams.cluster(name).filter(found -> !found.hosts().isEmpty()).isPresent();
    }

    /// Opens a call. Messages can be sent at once and wait until there is a stream; none comes before it is asked
    /// for. The listener may hear of its end before this returns.
    public GrpcCall open(GrpcRequest request, GrpcListener listener) {
        worker.tick();
        var call = new GrpcCall(worker, request, listener);
        call.start(upstreams);
        return call;
    }

    /// Opens a call to one host of a cluster, as [#open] does. It is no request of anybody: it counts neither at the
    /// host nor in the cluster's breaker, and is no concern of outlier detection.
    GrpcCall openAt(UpstreamCluster cluster, Host host, GrpcRequest request, GrpcListener listener) {
        worker.tick();
        var call = new GrpcCall(worker, request, listener);
        call.startAt(upstreams, cluster, host);
        return call;
    }

    /// Calls with one message for one.
    public GrpcCall unary(GrpcRequest request, byte[] message, UnaryListener listener) {
        var call = open(request, new UnaryCall(listener));
        call.send(message);
        call.halfClose();
        call.request(2); // A second one would be a fault of the server, which must be seen.
        return call;
    }
}
