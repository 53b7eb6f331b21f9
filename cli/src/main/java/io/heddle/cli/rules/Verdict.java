package io.heddle.cli.rules;

/// What happens to a packet for which a rule holds.
public sealed interface Verdict {
    /// Back to the chain before.
    record Return() implements Verdict {}

    /// Through, past all further rules of the table.
    record Accept() implements Verdict {}

    /// On to another chain.
    record Jump(ChainName chain) implements Verdict {}

    /// The destination becomes this port of this machine.
    record Redirect(int port) implements Verdict {}

    /// To the transparent socket on this port, marked for policy routing; nowhere when nobody listens there.
    record Tproxy(int port, int mark) implements Verdict {}

    /// The packet gets this mark; the next rule goes on.
    record SetMark(int mark) implements Verdict {}

    /// The packet's mark becomes the connection's.
    record SaveMark() implements Verdict {}

    /// The connection's mark becomes the packet's.
    record RestoreMark() implements Verdict {}
}
