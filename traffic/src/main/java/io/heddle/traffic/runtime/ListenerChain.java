package io.heddle.traffic.runtime;

import io.heddle.traffic.layer.RuntimeFlag;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.rbac.ConnectionRbac;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One way of handling a connection (Envoy's `FilterChain`).
///
/// @param name for people; may be empty
/// @param match which connections
/// @param tls TLS on the connection; empty for plaintext
/// @param handshakeTimeout a TLS handshake must be done within it (`transport_socket_connect_timeout`); zero for no
///     limit
/// @param limit how many connections at once (Envoy's `ConnectionLimit` network filter); empty for no limit
/// @param access who may connect, whatever reads the connection then; all of them must let it pass
/// @param filter what reads the connection
public record ListenerChain(
        String name,
        Match match,
        Optional<ServerTls> tls,
        Duration handshakeTimeout,
        Optional<ConnectionLimit> limit,
        List<ConnectionRbac> access,
        NetworkFilter filter) {
    /// For a TLS handshake where nothing else is configured. Envoy waits for ever.
    public static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    public ListenerChain {
        access = List.copyOf(access);
    }

    /// A chain without a limit of connections that lets everybody connect.
    public ListenerChain(String name, Match match, Optional<ServerTls> tls, NetworkFilter filter) {
        this(name, match, tls, HANDSHAKE_TIMEOUT, Optional.empty(), List.of(), filter);
    }

    /// The same chain with another reader of its connections.
    public ListenerChain with(NetworkFilter reader) {
        return new ListenerChain(name, match, tls, handshakeTimeout, limit, access, reader);
    }

    /// How many connections a chain takes at once.
    ///
    /// @param statPrefix names it in metrics
    /// @param connections the most at once, at least 1
    /// @param delay how long one too many is held before it is closed; zero closes at once
    /// @param enabled whether it holds
    public record ConnectionLimit(String statPrefix, long connections, Duration delay, RuntimeFlag enabled) {
        /// One that always holds.
        public ConnectionLimit(String statPrefix, long connections, Duration delay) {
            this(statPrefix, connections, delay, RuntimeFlag.ON);
        }

        /// How many connections may be open at once under `runtime`.
        public long most(RuntimeSnapshot runtime) {
            return enabled.isOn(runtime) ? connections : Long.MAX_VALUE;
        }
    }

    /// Where a connection comes from.
    public enum SourceType {
        ANY,
        /// From a loopback address, or from the address it goes to.
        SAME_IP_OR_LOOPBACK,
        /// From another machine.
        EXTERNAL
    }

    /// Which connections a chain takes (Envoy's `FilterChainMatch`); all criteria must fit, and what is empty fits all.
    /// [ChainIndex] says which of several chains that fit is taken.
    ///
    /// @param destinationPort the port the client wanted; 0 for any
    /// @param destinations where the client wanted to go
    /// @param serverNames SNI names, exact or `*.suffix`, kept in lower case
    /// @param transport `tls`, `raw_buffer`, or empty for both
    /// @param applicationProtocols ALPN names offered, or `http/1.0`, `http/1.1`, `h2c` as seen
    /// @param directSources the connection's far end
    /// @param sourceType whether it comes from this machine
    /// @param sources the connection's source, by a PROXY header if there was one
    /// @param sourcePorts the source's port
    public record Match(
            int destinationPort,
            List<AddressMatcher> destinations,
            List<String> serverNames,
            String transport,
            List<String> applicationProtocols,
            List<AddressMatcher> directSources,
            SourceType sourceType,
            List<AddressMatcher> sources,
            List<Integer> sourcePorts) {
        /// Takes all.
        public static final Match ANY = transport("");

        public Match {
            destinations = canonical(destinations);
            serverNames = serverNames.stream()
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .distinct()
                    .toList();
            applicationProtocols = distinct(applicationProtocols);
            directSources = canonical(directSources);
            sources = canonical(sources);
            sourcePorts = distinct(sourcePorts);
        }

        /// Takes all of one transport.
        public static Match transport(String transport) {
            return new Match(
                    0, List.of(), List.of(), transport, List.of(), List.of(), SourceType.ANY, List.of(), List.of());
        }

        /// Takes what asks for one of `names`.
        public static Match serverNames(String... names) {
            return new Match(
                    0, List.of(), List.of(names), "", List.of(), List.of(), SourceType.ANY, List.of(), List.of());
        }

        /// Takes what goes to `port`.
        public static Match destinationPort(int port) {
            return new Match(
                    port, List.of(), List.of(), "", List.of(), List.of(), SourceType.ANY, List.of(), List.of());
        }

        /// Whether TLS may fit.
        public boolean mayTakeTls() {
            return transport.isEmpty() || transport.equals("tls");
        }

        /// Whether what it asks of the destination fits `destination`.
        public boolean takesDestination(InetSocketAddress destination) {
            return (destinationPort == 0 || destinationPort == destination.getPort())
                    && (destinations.isEmpty()
                            || destinations.stream().anyMatch(range -> range.matches(destination.getAddress())));
        }

        /// In how many places of an index it stands: the product of the lists' sizes.
        public double combinations() {
            double product = 1;
            for (var list : List.of(destinations, serverNames, applicationProtocols, directSources, sources)) {
                product *= Math.max(1, list.size());
            }
            return product * Math.max(1, sourcePorts.size());
        }

        private static List<AddressMatcher> canonical(List<AddressMatcher> ranges) {
            return ranges.stream().map(AddressMatcher::canonical).distinct().toList();
        }

        private static <T> List<T> distinct(List<T> list) {
            return list.stream().distinct().toList();
        }
    }
}
