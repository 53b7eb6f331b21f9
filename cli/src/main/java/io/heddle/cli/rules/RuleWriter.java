package io.heddle.cli.rules;

import io.heddle.cli.rules.Condition.Transport;
import io.heddle.cli.rules.Interception.Policy;
import java.util.ArrayList;
import java.util.List;

/// Writes the rules that an interception means. Pure.
///
/// The order of the outbound rules is what matters, and follows Istio's:
///
/// 1. What comes from the sidecar's own passthrough address goes straight to the application.
/// 2. What the sidecar sends to an address of this machine other than loopback is a call that came back to its own
///    workload: the application called its own service. It goes to the inbound port, so that policies hold for it too.
/// 3. Everything else of the sidecar goes out as it is.
/// 4. What the application sends to this very machine, by loopback or by its own address, goes straight.
/// 5. Then the exclusions by owner and destination; the rest is redirected.
///
/// Both directions decide on ports in the last chain before the sidecar, so that an excluded inbound port is left
/// alone by either way in.
public final class RuleWriter {
    private static final String NAT = "nat";
    private static final String MANGLE = "mangle";
    private static final String LOOPBACK_INTERFACE = "lo";
    private static final int DNS_PORT = 53;
    private static final Verdict RETURN = new Verdict.Return();
    private static final Condition TCP = new Condition.Protocol(Transport.TCP);
    private static final Condition UDP = new Condition.Protocol(Transport.UDP);
    private static final Condition ON_LOOPBACK = new Condition.Out(LOOPBACK_INTERFACE);

    private final Interception wish;
    private final RuleSet.Builder rules = new RuleSet.Builder();

    private RuleWriter(Interception wish) {
        this.wish = wish;
    }

    /// The rules of an interception.
    public static RuleSet write(Interception wish) {
        return new RuleWriter(wish).write();
    }

    private RuleSet write() {
        rules.chain(NAT, ChainName.IN_REDIRECT, inboundPorts(new Verdict.Redirect(wish.inboundPort())));
        switch (wish.mode()) {
            case REDIRECT -> redirectInbound();
            case TPROXY -> tproxyInbound(wish.inbound().policy());
        }
        wish.outbound().dnsPort().ifPresent(this::dns); // before the rest, which would take its queries over TCP
        outbound();
        return rules.build(wish.families());
    }

    private void redirectInbound() {
        var inbound = new ArrayList<Rule>();
        inbound.add(Rule.of(RETURN, new Condition.DestinationElsewhere()));
        inbound.addAll(byInterface(new Verdict.Jump(ChainName.IN_REDIRECT)));
        rules.chain(NAT, ChainName.INBOUND, inbound);
        rules.hook(Hook.NAT_PREROUTING, Rule.of(new Verdict.Jump(ChainName.INBOUND), TCP));
    }

    /// Packets of a connection that the sidecar has already go to it by their socket; only the first packet of a
    /// connection meets the rules. What comes over loopback is the sidecar's own connection to its application,
    /// which carries the caller's address: its mark is kept with the connection, and given to the answers, so that
    /// they find back to the sidecar and not to the caller.
    private void tproxyInbound(Policy policy) {
        int mark = policy.mark();
        rules.chain(
                MANGLE, ChainName.DIVERT, List.of(Rule.of(new Verdict.SetMark(mark)), Rule.of(new Verdict.Accept())));
        rules.chain(MANGLE, ChainName.TPROXY, inboundPorts(new Verdict.Tproxy(wish.inboundPort(), mark)));
        var inbound = new ArrayList<Rule>();
        inbound.add(Rule.of(new Verdict.Jump(ChainName.DIVERT), TCP, new Condition.TransparentSocket()));
        var loopback = new Condition.In(LOOPBACK_INTERFACE);
        inbound.add(Rule.of(new Verdict.SaveMark(), loopback, new Condition.Mark(mark)));
        inbound.add(Rule.of(RETURN, loopback));
        // Answers to connections that this machine made: iptables' TPROXY would drop them.
        inbound.add(Rule.of(RETURN, new Condition.Established()));
        inbound.add(Rule.of(RETURN, new Condition.DestinationElsewhere()));
        inbound.addAll(byInterface(new Verdict.Jump(ChainName.TPROXY)));
        rules.chain(MANGLE, ChainName.INBOUND, inbound);
        rules.hook(Hook.MANGLE_PREROUTING, Rule.of(new Verdict.Jump(ChainName.INBOUND), TCP));
        rules.chain(
                MANGLE,
                ChainName.ANSWERS,
                List.of(Rule.of(new Verdict.RestoreMark(), new Condition.ConnectionMark(mark))));
        rules.hook(Hook.MANGLE_OUTPUT, Rule.of(new Verdict.Jump(ChainName.ANSWERS), TCP));
    }

    private List<Rule> byInterface(Verdict verdict) {
        var list = new ArrayList<Rule>();
        var interfaces = wish.inbound().interfaces();
        interfaces.excluded().forEach(name -> list.add(Rule.of(RETURN, new Condition.In(name))));
        interfaces
                .included()
                .ifPresentOrElse(
                        names -> names.forEach(name -> list.add(Rule.of(verdict, new Condition.In(name)))),
                        () -> list.add(Rule.of(verdict)));
        return list;
    }

    private List<Rule> inboundPorts(Verdict verdict) {
        var list = new ArrayList<Rule>();
        var ports = wish.inbound().ports();
        ports.excluded().forEach(range -> list.add(Rule.of(RETURN, TCP, tcpTo(range))));
        ports.included()
                .ifPresentOrElse(
                        ranges -> ranges.forEach(range -> list.add(Rule.of(verdict, TCP, tcpTo(range)))),
                        () -> list.add(Rule.of(verdict, TCP)));
        return list;
    }

    private void outbound() {
        var output = new ArrayList<Rule>();
        for (var family : Family.values()) {
            output.add(Rule.of(RETURN, new Condition.Source(family.passthroughSource()), ON_LOOPBACK));
        }
        if (wish.mode() == Mode.TPROXY) {
            // The sidecar's connection to its own application, with the caller's address.
            output.add(
                    Rule.of(RETURN, new Condition.Mark(wish.inbound().policy().mark())));
        }
        for (var own : sidecar()) {
            for (var family : Family.values()) {
                output.add(Rule.of(
                        new Verdict.Jump(ChainName.IN_REDIRECT),
                        new Condition.Destination(family.loopback(), true),
                        ON_LOOPBACK,
                        own));
            }
        }
        sidecar().forEach(own -> output.add(Rule.of(RETURN, own)));
        output.add(Rule.of(RETURN, ON_LOOPBACK));
        output.addAll(byOwner());
        rules.chain(NAT, ChainName.REDIRECT, List.of(Rule.of(new Verdict.Redirect(wish.outboundPort()), TCP)));
        rules.chain(NAT, ChainName.OUTBOUND, byDestination());
        rules.chain(NAT, ChainName.OUTPUT, output);
        rules.hook(Hook.NAT_OUTPUT, Rule.of(new Verdict.Jump(ChainName.OUTPUT), TCP));
    }

    private List<Condition> sidecar() {
        var conditions = new ArrayList<Condition>();
        var own = wish.sidecar();
        own.users().forEach(ids -> conditions.add(new Condition.User(ids)));
        own.groups().forEach(ids -> conditions.add(new Condition.Group(ids)));
        own.mark().ifPresent(mark -> conditions.add(new Condition.Mark(mark)));
        return conditions;
    }

    private List<Rule> byOwner() {
        var list = new ArrayList<Rule>();
        var out = wish.outbound();
        out.interfaces().excluded().forEach(name -> list.add(Rule.of(RETURN, new Condition.Out(name))));
        out.users().excluded().forEach(ids -> list.add(Rule.of(RETURN, new Condition.User(ids))));
        out.groups().excluded().forEach(ids -> list.add(Rule.of(RETURN, new Condition.Group(ids))));
        var verdict = new Verdict.Jump(ChainName.OUTBOUND);
        var ways = new ArrayList<Condition>();
        out.interfaces().included().ifPresent(all -> all.forEach(name -> ways.add(new Condition.Out(name))));
        for (var way : orNone(ways)) {
            for (var owner : orNone(owners())) {
                var both = new ArrayList<>(way);
                both.addAll(owner);
                list.add(Rule.of(verdict, both.toArray(Condition[]::new)));
            }
        }
        return list;
    }

    private List<Condition> owners() {
        var owners = new ArrayList<Condition>();
        var out = wish.outbound();
        out.users().included().ifPresent(all -> all.forEach(ids -> owners.add(new Condition.User(ids))));
        out.groups().included().ifPresent(all -> all.forEach(ids -> owners.add(new Condition.Group(ids))));
        return owners;
    }

    /// Each condition by itself, or none at all when there are none.
    private static List<List<Condition>> orNone(List<Condition> conditions) {
        return conditions.isEmpty()
                ? List.of(List.of())
                : conditions.stream().map(List::of).toList();
    }

    private List<Rule> byDestination() {
        var list = new ArrayList<Rule>();
        var ports = wish.outbound().ports();
        var networks = wish.outbound().networks();
        var verdict = new Verdict.Jump(ChainName.REDIRECT);
        ports.excluded().forEach(range -> list.add(Rule.of(RETURN, TCP, tcpTo(range))));
        networks.excluded().forEach(network -> list.add(Rule.of(RETURN, new Condition.Destination(network, false))));
        ports.included().ifPresent(ranges -> ranges.forEach(range -> list.add(Rule.of(verdict, TCP, tcpTo(range)))));
        networks.included()
                .ifPresent(all ->
                        all.forEach(network -> list.add(Rule.of(verdict, new Condition.Destination(network, false)))));
        if (ports.included().isEmpty() && networks.included().isEmpty()) {
            list.add(Rule.of(verdict));
        }
        return list;
    }

    private void dns(int port) {
        var list = new ArrayList<Rule>();
        sidecar().forEach(own -> list.add(Rule.of(RETURN, own)));
        wish.outbound().users().excluded().forEach(ids -> list.add(Rule.of(RETURN, new Condition.User(ids))));
        wish.outbound().groups().excluded().forEach(ids -> list.add(Rule.of(RETURN, new Condition.Group(ids))));
        for (var protocol : List.of(UDP, TCP)) {
            for (var owner : orNone(owners())) {
                var both = new ArrayList<>(List.of(protocol));
                both.addAll(owner);
                list.add(Rule.of(new Verdict.Redirect(port), both.toArray(Condition[]::new)));
            }
        }
        rules.chain(NAT, ChainName.DNS, list);
        var jump = new Verdict.Jump(ChainName.DNS);
        var queries = NumberRange.of(DNS_PORT);
        rules.hook(Hook.NAT_OUTPUT, Rule.of(jump, UDP, new Condition.DestinationPort(Transport.UDP, queries)));
        rules.hook(Hook.NAT_OUTPUT, Rule.of(jump, TCP, tcpTo(queries)));
    }

    private static Condition tcpTo(NumberRange ports) {
        return new Condition.DestinationPort(Transport.TCP, ports);
    }
}
