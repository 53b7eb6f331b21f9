package io.heddle.traffic.format;

/// What a date and time in a format is that of.
public enum Moment {
    /// The request's beginning.
    START,
    /// The filling in of the format.
    EMIT,
    /// From when on the client's certificate is valid.
    DOWNSTREAM_PEER_START,
    /// Until when it is.
    DOWNSTREAM_PEER_END,
    /// From when on the host's certificate is valid.
    UPSTREAM_PEER_START,
    /// Until when it is.
    UPSTREAM_PEER_END
}
