package io.heddle.traffic.grpc;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What became of gRPC calls, for each method that is told apart. It outlives configurations, so that no counter falls.
/// Any thread.
///
/// Clients choose what they call, so that there is a bound: calls of further methods count at their cluster as a whole.
public final class GrpcMethods {
    /// The most methods that are told apart.
    public static final int MOST = 1000;
    private static final int MOST_CLUSTERS = 10_000;

    private final Map<GrpcMethod, GrpcFigures> methods = new ConcurrentHashMap<>();
    private final Map<GrpcMethod, GrpcFigures> clusters = new ConcurrentHashMap<>();
    private final GrpcFigures unlisted = new GrpcFigures();

    /// The figures of `method`, or of its cluster as a whole when there are as many methods as there may be.
    public GrpcFigures of(GrpcMethod method) {
        var places = method.isAll() ? clusters : methods;
        var found = places.get(method);
        if (found != null) {
            return found;
        }
        if (places.size() < (method.isAll() ? MOST_CLUSTERS : MOST)) {
            return places.computeIfAbsent(method, _ -> new GrpcFigures());
        }
        return method.isAll() ? unlisted : of(GrpcMethod.all(method.cluster()));
    }

    /// All that there is, by method.
    public Map<GrpcMethod, GrpcFigures> all() {
        var all = new HashMap<>(clusters);
        all.putAll(methods);
        return all;
    }
}
