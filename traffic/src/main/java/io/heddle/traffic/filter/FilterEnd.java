package io.heddle.traffic.filter;

/// What a filter does when a request has ended that it let pass. The filter leaves it behind when it sees the request
/// ([FilterRequest#atEnd]), with what it has to remember.
@FunctionalInterface
public interface FilterEnd {
    /// The request has ended, on its thread.
    void ended(Ended ended);

    /// How a request ended.
    ///
    /// @param status the HTTP status sent; 0 when none was
    /// @param grpcStatus the `grpc-status` sent; -1 without
    /// @param answered whether a host answered, rather than this proxy
    /// @param now when, `System.nanoTime()`
    record Ended(int status, int grpcStatus, boolean answered, long now) {}
}
