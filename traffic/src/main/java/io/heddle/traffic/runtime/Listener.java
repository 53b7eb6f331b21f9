package io.heddle.traffic.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Where a proxy listens and what it does with a connection, as Envoy's `listener.v3.Listener`.
///
/// @param name the listener
/// @param statPrefix names it in metrics; empty: its address does
/// @param addresses where it listens, the main one first; at least one
/// @param sockets how
/// @param inspection what is found out about a connection before a chain is chosen
/// @param handsOff whether a redirected connection goes to the listener of its original destination, if there is one
///     (`use_original_dst`)
/// @param direction whose traffic it takes
/// @param chains [ChainIndex] chooses one for each connection
/// @param otherwise for connections that no chain matches; without one they are closed
/// @param accessLogs where its connections are logged, when they end
public record Listener(
        String name,
        String statPrefix,
        List<Address> addresses,
        Sockets sockets,
        Inspection inspection,
        boolean handsOff,
        Direction direction,
        List<ListenerChain> chains,
        Optional<ListenerChain> otherwise,
        List<NetworkFilter.AccessLog> accessLogs) {
    public Listener {
        addresses = List.copyOf(addresses);
        chains = List.copyOf(chains);
        accessLogs = List.copyOf(accessLogs);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("listener " + name + " has no address");
        }
    }

    /// A listener that does not log its connections.
    public Listener(
            String name,
            String statPrefix,
            List<Address> addresses,
            Sockets sockets,
            Inspection inspection,
            boolean handsOff,
            Direction direction,
            List<ListenerChain> chains,
            Optional<ListenerChain> otherwise) {
        this(name, statPrefix, addresses, sockets, inspection, handsOff, direction, chains, otherwise, List.of());
    }

    /// A listener that inspects nothing and has the default sockets.
    public static Listener of(String name, String address, int port, List<ListenerChain> chains) {
        return new Listener(
                name,
                "",
                List.of(Address.of(address, port)),
                Sockets.DEFAULT,
                Inspection.NONE,
                false,
                Direction.UNSPECIFIED,
                chains,
                Optional.empty());
    }

    /// This listener with other inspection.
    public Listener withInspection(Inspection other) {
        return new Listener(
                name, statPrefix, addresses, sockets, other, handsOff, direction, chains, otherwise, accessLogs);
    }

    /// This listener with other sockets.
    public Listener withSockets(Sockets other) {
        return new Listener(
                name, statPrefix, addresses, other, inspection, handsOff, direction, chains, otherwise, accessLogs);
    }

    /// This listener with other addresses.
    public Listener withAddresses(Address... others) {
        return new Listener(
                name,
                statPrefix,
                List.of(others),
                sockets,
                inspection,
                handsOff,
                direction,
                chains,
                otherwise,
                accessLogs);
    }

    /// This listener, which hands redirected connections off.
    public Listener handingOff() {
        return new Listener(
                name, statPrefix, addresses, sockets, inspection, true, direction, chains, otherwise, accessLogs);
    }

    /// This listener with a chain for what no other matches.
    public Listener withOtherwise(ListenerChain chain) {
        return new Listener(
                name,
                statPrefix,
                addresses,
                sockets,
                inspection,
                handsOff,
                direction,
                chains,
                Optional.of(chain),
                accessLogs);
    }

    /// The main IP address.
    public String address() {
        return addresses.getFirst().host();
    }

    /// The main address's port; 0 picks one.
    public int port() {
        return addresses.getFirst().port();
    }

    /// Whose traffic a listener takes (Envoy's `TrafficDirection`).
    public enum Direction {
        UNSPECIFIED,
        INBOUND,
        OUTBOUND
    }

    /// An address that is listened on.
    ///
    /// @param host an IP address
    /// @param port 0 picks one
    /// @param ipv4Compat whether `::` takes IPv4 connections too
    /// @param options socket options of this address
    public record Address(String host, int port, boolean ipv4Compat, List<SocketOption> options) {
        public Address {
            options = List.copyOf(options);
        }

        /// An address without options.
        public static Address of(String host, int port) {
            return new Address(host, port, false, List.of());
        }
    }

    /// A socket option by its numbers, as `setsockopt` takes it.
    ///
    /// @param level for example 6, TCP
    /// @param name for example 4, TCP_KEEPIDLE
    /// @param value for example 30
    /// @param whenListening whether it is set when the socket listens rather than before it is bound
    public record SocketOption(int level, int name, int value, boolean whenListening) {}

    /// How sockets are opened and connections accepted.
    ///
    /// @param bound whether the listener has sockets of its own (`bind_to_port`); without, it takes what another
    ///     hands off
    /// @param transparent `IP_TRANSPARENT`: takes connections to foreign addresses (TPROXY)
    /// @param freebind `IP_FREEBIND`: an address that this machine does not have yet can be bound
    /// @param reusePort one socket an event loop; otherwise one socket whose connections go round
    /// @param backlog the most connections that wait to be accepted, as far as the kernel allows
    /// @param acceptsPerEvent the most connections accepted in one turn of the event loop
    /// @param bufferLimit bytes written and not yet sent beyond which the other side is no longer read; 0 for the
    ///     default, 64 KiB
    /// @param ignoresGlobalLimit whether connections are taken even if the proxy has as many as it may
    /// @param bypassesOverload whether its connections and requests are served when the proxy is overloaded
    ///     (`bypass_overload_manager`)
    public record Sockets(
            boolean bound,
            boolean transparent,
            boolean freebind,
            boolean reusePort,
            int backlog,
            int acceptsPerEvent,
            int bufferLimit,
            boolean ignoresGlobalLimit,
            boolean bypassesOverload) {
        public static final Sockets DEFAULT = new Sockets(true, false, false, true, 4096, 16, 0, false, false);

        /// Sockets none: what is handed off is all.
        public static final Sockets UNBOUND = new Sockets(false, false, false, true, 4096, 16, 0, false, false);

        /// Whether sockets opened this way serve `other` as well.
        public boolean sameSocket(Sockets other) {
            return bound == other.bound
                    && transparent == other.transparent
                    && freebind == other.freebind
                    && reusePort == other.reusePort
                    && backlog == other.backlog
                    && acceptsPerEvent == other.acceptsPerEvent;
        }
    }

    /// What is found out about a connection before a chain is chosen.
    ///
    /// @param steps in order
    /// @param timeout for all of them together; zero for no limit
    /// @param continueOnTimeout whether a connection goes on with what is known then; otherwise it is closed
    public record Inspection(List<ListenerFilter.Step> steps, Duration timeout, boolean continueOnTimeout) {
        /// Envoy's default.
        public static final Duration TIMEOUT = Duration.ofSeconds(15);

        /// Nothing is found out.
        public static final Inspection NONE = new Inspection(List.of(), TIMEOUT, false);

        public Inspection {
            steps = List.copyOf(steps);
        }

        /// The filters in order, for all ports.
        public static Inspection of(ListenerFilter... filters) {
            return new Inspection(
                    List.of(filters).stream()
                            .map(filter -> new ListenerFilter.Step(filter, new ListenerFilter.PortPredicate.Never()))
                            .toList(),
                    TIMEOUT,
                    false);
        }

        /// The same with another timeout, after which connections go on.
        public Inspection continuingAfter(Duration time) {
            return new Inspection(steps, time, true);
        }

        /// The same with another timeout, after which connections are closed.
        public Inspection closingAfter(Duration time) {
            return new Inspection(steps, time, false);
        }
    }
}
