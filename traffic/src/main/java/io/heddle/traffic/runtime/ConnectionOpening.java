package io.heddle.traffic.runtime;

import java.util.Optional;

/// How connections to a cluster's hosts are opened.
///
/// @param source which address of this machine they come from; empty for the system's choice (`upstream_bind_config`)
/// @param ahead how many connections there are for each request under way or waiting, 1 to 3; what is over 1 is opened
///     ahead of need, one connection a request (`per_upstream_preconnect_ratio`); with HTTP/1.1 only, as an HTTP/2
///     connection has room for many
/// @param predictive how many requests are to be expected for each that comes, 1 to 3; for those over 1 the
///     host is picked ahead and a connection opened where it has none to spare
///     (`predictive_preconnect_ratio`)
/// @param order in which order the addresses of a host with several are tried
public record ConnectionOpening(Optional<Source> source, double ahead, double predictive, AddressOrder order) {
    public static final ConnectionOpening DEFAULT =
            new ConnectionOpening(Optional.empty(), 1.0, 1.0, AddressOrder.DEFAULT);

    /// In which order addresses are tried: some of one family, then those of both in turn (RFC 8305, section 4; Envoy's
    /// `happy_eyeballs_config`).
    ///
    /// @param first which family comes first
    /// @param count how many addresses of it, before one of the other
    public record AddressOrder(FirstFamily first, int count) {
        public static final AddressOrder DEFAULT = new AddressOrder(FirstFamily.AS_FOUND, 1);
    }

    /// Which family of addresses comes first.
    public enum FirstFamily {
        /// That of the address that stands first.
        AS_FOUND,
        IPV4,
        IPV6
    }

    /// An address of this machine.
    ///
    /// @param address an IP address; connections to a host of the other family are not bound to it
    /// @param port 0 for the system's choice
    /// @param free whether it may be one that the machine does not have (yet) (`freebind`)
    public record Source(String address, int port, boolean free) {}
}
