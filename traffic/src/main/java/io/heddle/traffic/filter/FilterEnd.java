package io.heddle.traffic.filter;

/// What a filter does when a request has ended that it let pass. The filter leaves it behind when it sees the request
/// ([FilterRequest#atEnd]), with what it has to remember.
@FunctionalInterface
public interface FilterEnd {
    /// The request has ended, on its thread; `request` is to be used during the call only.
    void ended(Ended ended, FilterRequest request);

    /// How a request ended.
    ///
    /// @param status the HTTP status sent; 0 when none was
    /// @param grpcStatus the `grpc-status` sent; -1 without
    /// @param complete whether the client got a whole answer
    /// @param now when, `System.nanoTime()`
    /// @param hostNanos how long its host took, from the end of the request to that of the answer; -1 where no host
    ///     answered, or did so before the request had ended
    record Ended(int status, int grpcStatus, boolean complete, long now, long hostNanos) {
        /// One that no host answered.
        public Ended(int status, int grpcStatus, boolean complete, long now) {
            this(status, grpcStatus, complete, now, -1);
        }
    }
}
