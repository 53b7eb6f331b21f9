package io.heddle.proxy.grpc;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.grpc.GrpcMethod;
import io.heddle.traffic.grpc.GrpcMethods;

/// Makes gRPC calls to clusters, on one event loop: with their balancing, TLS, circuit breakers and keep-alive, as
/// Envoy's `envoy_grpc` does. Confined to its loop, except for [#hasHosts] and [#worker].
public final class GrpcClient {
    private final Worker worker;
    private final Upstreams upstreams;
    private final GrpcMethods calls;

    /// Calls the clusters of `upstreams` on the loop of `worker`; calls count there.
    public GrpcClient(Worker worker, Upstreams upstreams) {
        this(worker, upstreams, upstreams.calls());
    }

    /// Calls the clusters of `upstreams` on the loop of `worker`; what becomes of calls counts in `calls`.
    public GrpcClient(Worker worker, Upstreams upstreams, GrpcMethods calls) {
        this.worker = worker;
        this.upstreams = upstreams;
        this.calls = calls;
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
        var call = call(request, listener);
        call.start(upstreams);
        return call;
    }

    /// Opens a call to one host of a cluster, as [#open] does. It is no request of anybody: it counts neither at the
    /// host nor in the cluster's breaker, and is no concern of outlier detection.
    GrpcCall openAt(UpstreamCluster cluster, Host host, GrpcRequest request, GrpcListener listener) {
        var call = call(request, listener);
        call.startAt(upstreams, cluster, host);
        return call;
    }

    private GrpcCall call(GrpcRequest request, GrpcListener listener) {
        worker.tick();
        var cluster = request.service().cluster();
        var method = GrpcMethod.of(cluster, request.path()).orElseGet(() -> GrpcMethod.all(cluster));
        var figures = calls.of(method);
        figures.begun();
        return new GrpcCall(worker, request, listener, figures);
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
