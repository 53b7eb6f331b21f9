package io.heddle.cli.rules;

/// One thing that a packet must be for a rule to hold.
public sealed interface Condition {
    /// The protocol over IP.
    record Protocol(Transport transport) implements Condition {}

    /// The destination port; stands after a [Protocol].
    record DestinationPort(Transport transport, NumberRange ports) implements Condition {}

    /// The destination address, or any other than these.
    record Destination(Cidr network, boolean other) implements Condition {}

    /// The source address.
    record Source(Cidr network) implements Condition {}

    /// The destination is no address of this machine.
    record DestinationElsewhere() implements Condition {}

    /// The interface on which it came.
    record In(String name) implements Condition {}

    /// The interface on which it leaves.
    record Out(String name) implements Condition {}

    /// The user that owns the sending socket.
    record User(NumberRange ids) implements Condition {}

    /// The group that owns the sending socket.
    record Group(NumberRange ids) implements Condition {}

    /// The packet's mark.
    record Mark(int value) implements Condition {}

    /// The connection's mark.
    record ConnectionMark(int value) implements Condition {}

    /// It is not the first packet of its connection.
    record Established() implements Condition {}

    /// It belongs to a connection of a transparent socket of this machine.
    record TransparentSocket() implements Condition {}

    /// The protocols that are intercepted.
    enum Transport {
        TCP,
        UDP;

        /// Its name in both packet filters.
        public String word() {
            return this == TCP ? "tcp" : "udp";
        }
    }
}
