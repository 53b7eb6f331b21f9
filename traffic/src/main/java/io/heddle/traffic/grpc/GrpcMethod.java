package io.heddle.traffic.grpc;

import java.util.Optional;

/// A method of a gRPC service at a cluster, or all methods there together.
///
/// @param cluster the cluster's name
/// @param service the service with its package, such as `grpc.health.v1.Health`; empty for all methods
/// @param method the method, such as `Check`; empty for all methods
public record GrpcMethod(String cluster, String service, String method) {
    private static final int LONGEST = 256;

    /// All methods at `cluster` together.
    public static GrpcMethod all(String cluster) {
        return new GrpcMethod(cluster, "", "");
    }

    /// The method that a request with `path` calls at `cluster`; empty where the path is not that of a method, or
    /// longer than 256 characters. A query is not looked at.
    public static Optional<GrpcMethod> of(String cluster, String path) {
        int query = path.indexOf('?');
        int end = query < 0 ? path.length() : query;
        int slash = path.lastIndexOf('/', end - 1);
        boolean good = end <= LONGEST
                && slash > 1
                && slash < end - 1
                && path.charAt(0) == '/'
                && path.indexOf('/', 1) == slash;
        return good
                ? Optional.of(new GrpcMethod(cluster, path.substring(1, slash), path.substring(slash + 1, end)))
                : Optional.empty();
    }

    /// Whether it is all methods of its cluster together.
    public boolean isAll() {
        return method.isEmpty();
    }
}
