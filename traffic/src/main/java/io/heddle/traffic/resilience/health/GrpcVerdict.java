package io.heddle.traffic.resilience.health;

/// What a `grpc-status` says of the host that sent it, in the statuses of HTTP that outlier detection judges by.
public final class GrpcVerdict {
    private GrpcVerdict() {}

    /// What a `grpc-status` means in HTTP, by the mapping of Google's `google.rpc.Code`; 500 for one that is not known.
    public static int httpStatus(int grpc) {
        return switch (grpc) {
            case 0 -> 200;
            case 1 -> 499;
            case 3, 9, 11 -> 400;
            case 4 -> 504;
            case 5 -> 404;
            case 6, 10 -> 409;
            case 7 -> 403;
            case 8 -> 429;
            case 12 -> 501;
            case 14 -> 503;
            case 16 -> 401;
            default -> 500;
        };
    }
}
