package io.heddle.xds.server;

/// How far a proxy has come with one resource type.
///
/// @param status the state in one word
/// @param offered the version last offered for the type, whether sent yet or not; empty before the first offer
/// @param acknowledged the version that the proxy last took; empty when none
/// @param detail the proxy's reasons when [Status#REJECTED], else empty
public record SyncState(Status status, String offered, String acknowledged, String detail) {
    /// The state in one word.
    public enum Status {
        /// The proxy did not ask for the type, or nothing was offered yet.
        NOT_SENT,
        /// Something is on its way or waits to be sent.
        STALE,
        /// The proxy has all that it asked for.
        SYNCED,
        /// The proxy refused the last response and keeps what it had.
        REJECTED
    }
}
