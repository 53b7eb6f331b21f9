package io.heddle.traffic.runtime;

import java.time.Duration;
import java.util.List;

/// Who is asked for names, and how (Envoy's `CaresDnsResolverConfig`).
///
/// @param servers DNS servers; none for those of the system (`/etc/resolv.conf`)
/// @param fallback whether `servers` stand in only where the system has none
/// @param routableOnly whether addresses of a family are left out of which this machine has no address of its own,
///     loopback aside
/// @param timeout for one question to one server
/// @param rotate whether each question begins with another server
/// @param payload the largest answer over UDP that is asked for, in bytes; a larger one comes over TCP
public record DnsResolution(
        List<Server> servers, boolean fallback, boolean routableOnly, Duration timeout, boolean rotate, int payload) {
    /// The system's servers.
    public static final DnsResolution SYSTEM =
            new DnsResolution(List.of(), false, false, Duration.ofSeconds(5), false, 1232);

    public DnsResolution {
        servers = List.copyOf(servers);
    }

    /// A DNS server.
    ///
    /// @param host its IP address
    /// @param port its port, 53 as a rule
    public record Server(String host, int port) {}
}
