package io.heddle.traffic.runtime;

import java.util.Optional;

/// How connections to a cluster's hosts are opened.
///
/// @param source which address of this machine they come from; empty for the system's choice (`upstream_bind_config`)
/// @param ahead how many connections there are for each request under way or waiting, 1 to 3; what is over 1 is opened
///     ahead of need, one connection a request (`per_upstream_preconnect_ratio`); with HTTP/1.1 only, as an HTTP/2
///     connection has room for many
public record ConnectionOpening(Optional<Source> source, double ahead) {
    public static final ConnectionOpening DEFAULT = new ConnectionOpening(Optional.empty(), 1.0);

    /// An address of this machine.
    ///
    /// @param address an IP address; connections to a host of the other family are not bound to it
    /// @param port 0 for the system's choice
    /// @param free whether it may be one that the machine does not have (yet) (`freebind`)
    public record Source(String address, int port, boolean free) {}
}
