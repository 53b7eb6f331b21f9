package io.heddle.cli.rules;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// What a user wants intercepted, and what not. Immutable.
///
/// @param mode how inbound connections reach the sidecar
/// @param inboundPort where the sidecar takes inbound connections
/// @param outboundPort where the sidecar takes outbound connections
/// @param inbound which inbound connections
/// @param outbound which outbound connections
/// @param sidecar whose traffic is the sidecar's own
/// @param families the protocol versions
public record Interception(
        Mode mode,
        int inboundPort,
        int outboundPort,
        Inbound inbound,
        Outbound outbound,
        Sidecar sidecar,
        Set<Family> families) {
    /// Where sidecars take outbound connections, as in Istio.
    public static final int OUTBOUND_PORT = 15_001;
    /// Where sidecars take inbound connections, as in Istio.
    public static final int INBOUND_PORT = 15_006;
    /// The routing protocol number that marks our policy routing, so that it is found again.
    public static final int ROUTING_PROTOCOL = 137;
    /// The policy routing of TPROXY unless another is asked for.
    public static final Policy POLICY = new Policy(1337, 133);

    public Interception {
        families = Set.copyOf(families);
    }

    /// What one application needs: everything that others than the sidecar's user send, and what comes to its port.
    public static Interception ofApplication(
            Mode mode, Ports to, OptionalInt application, long sidecarUser, Set<Family> families) {
        var ports = application.isPresent() ? List.of(NumberRange.of(application.getAsInt())) : List.<NumberRange>of();
        return new Interception(
                mode,
                to.inbound(),
                to.outbound(),
                new Inbound(Selection.only(ports), Selection.all(), POLICY),
                Outbound.ALL,
                Sidecar.user(sidecarUser),
                families);
    }

    /// Where a sidecar takes connections.
    ///
    /// @param inbound those that come to its application
    /// @param outbound those that its application makes
    public record Ports(int inbound, int outbound) {}

    /// Which inbound connections are meant.
    ///
    /// @param ports by destination port
    /// @param interfaces by the interface they come in on
    /// @param policy the mark and the routing table of TPROXY
    public record Inbound(Selection<NumberRange> ports, Selection<String> interfaces, Policy policy) {}

    /// The policy routing of TPROXY: packets with this mark are looked up in this table, and so delivered here.
    ///
    /// @param mark the packet mark
    /// @param table the number of the routing table
    public record Policy(int mark, int table) {}

    /// Which outbound connections are meant.
    ///
    /// @param ports by destination port, whatever the address; when some are included, only those are meant and the
    ///     included networks
    /// @param networks by destination address
    /// @param interfaces by the interface they leave on
    /// @param users by the user that owns the socket
    /// @param groups by the group that owns the socket
    /// @param dnsPort where queries to port 53 go instead; empty to leave them alone
    public record Outbound(
            Selection<NumberRange> ports,
            Selection<Cidr> networks,
            Selection<String> interfaces,
            Selection<NumberRange> users,
            Selection<NumberRange> groups,
            Optional<Integer> dnsPort) {
        /// Everything that the application sends.
        public static final Outbound ALL = new Outbound(
                Selection.all(), Selection.all(), Selection.all(), Selection.all(), Selection.all(), Optional.empty());
    }

    /// How the sidecar's own sockets are told from the application's. One that fits is enough.
    ///
    /// @param users it runs as one of these
    /// @param groups it runs in one of these
    /// @param mark its sockets carry this mark
    public record Sidecar(List<NumberRange> users, List<NumberRange> groups, Optional<Integer> mark) {
        public Sidecar {
            users = List.copyOf(users);
            groups = List.copyOf(groups);
        }

        /// One that is told by its user alone.
        public static Sidecar user(long id) {
            return new Sidecar(List.of(NumberRange.of(id)), List.of(), Optional.empty());
        }
    }
}
