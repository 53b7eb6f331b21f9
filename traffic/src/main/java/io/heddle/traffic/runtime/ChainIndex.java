package io.heddle.traffic.runtime;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.PrefixMap;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.runtime.ListenerChain.Match;
import io.heddle.traffic.runtime.ListenerChain.SourceType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Chooses a listener's chain for a connection, as Envoy does. Immutable; safe on any thread.
///
/// The criteria are looked at one after the other: destination port, destination address, server name, transport,
/// application protocols, direct source, source type, source address, source port. At each, those chains go on whose
/// value fits most specifically: the exact port rather than any, the longest address range, the exact name before
/// `*.example.com` before `*.com` before any, the first offered protocol that a chain asks for. What has been left
/// behind at one criterion does not come back at a later one, so a connection may find no chain although one would
/// have fitted it.
///
/// Built as a tree with a level for each criterion that some chain uses, so a choice costs a few hash lookups.
public final class ChainIndex {
    /// No chain.
    public static final int NONE = -1;

    /// The most places that the chains of a listener may take in its index, by [Match#combinations].
    public static final int LARGEST = 100_000;

    private static final List<Criterion<?>> ORDER = List.of(
            new Criterion<>("destination_port", match -> port(match.destinationPort()), ChainIndex::destinationPort),
            new Criterion<>(
                    "prefix_ranges",
                    Match::destinations,
                    ranges(info -> info.destination().getAddress())),
            new Criterion<>("server_names", Match::serverNames, ChainIndex::serverName),
            new Criterion<>("transport_protocol", match -> text(match.transport()), ChainIndex::transport),
            new Criterion<>("application_protocols", Match::applicationProtocols, ChainIndex::protocols),
            new Criterion<>(
                    "direct_source_prefix_ranges",
                    Match::directSources,
                    ranges(info -> info.directSource().getAddress())),
            new Criterion<>("source_type", match -> type(match.sourceType()), ChainIndex::sourceType),
            new Criterion<>(
                    "source_prefix_ranges",
                    Match::sources,
                    ranges(info -> info.source().getAddress())),
            new Criterion<>("source_ports", Match::sourcePorts, ChainIndex::sourcePort));

    private final Node root;
    private final List<Conflict> conflicts;

    private ChainIndex(Node root, List<Conflict> conflicts) {
        this.root = root;
        this.conflicts = List.copyOf(conflicts);
    }

    /// Two chains that ask for the same; the second is never taken for it.
    ///
    /// @param first its position
    /// @param second its position
    public record Conflict(int first, int second) {}

    /// One thing that a match can ask for.
    ///
    /// @param name Envoy's field
    /// @param wanted the values a match asks for; empty for any
    /// @param lookup how to find the most specific value for a connection
    private record Criterion<K>(String name, Function<Match, List<K>> wanted, Lookup<K> lookup) {
        Node branch(List<Match> matches, List<Integer> chains, Function<List<Integer>, Node> below) {
            var groups = new LinkedHashMap<K, List<Integer>>();
            var any = new ArrayList<Integer>();
            for (int chain : chains) {
                var keys = wanted.apply(matches.get(chain));
                if (keys.isEmpty()) {
                    any.add(chain);
                }
                keys.forEach(key ->
                        groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(chain));
            }
            if (groups.isEmpty()) {
                return below.apply(any);
            }
            var children = new HashMap<K, Node>();
            groups.forEach((key, group) -> children.put(key, below.apply(group)));
            var otherwise = any.isEmpty() ? Leaf.NOWHERE : below.apply(any);
            return new Branch(name, lookup.over(children, otherwise));
        }
    }

    /// Makes a step of the search out of what stands below it.
    private interface Lookup<K> {
        Step over(Map<K, Node> children, Node otherwise);
    }

    /// Finds the node below for a connection.
    private interface Step {
        Node next(ConnectionInfo info);
    }

    private sealed interface Node {}

    private record Branch(String criterion, Step step) implements Node {}

    private record Leaf(int chain) implements Node {
        static final Leaf NOWHERE = new Leaf(NONE);
    }

    /// The index of chains by their positions in `matches`.
    public static ChainIndex of(List<Match> matches) {
        var conflicts = new ArrayList<Conflict>();
        var all = new ArrayList<Integer>();
        for (int i = 0; i < matches.size(); i++) {
            all.add(i);
        }
        return new ChainIndex(all.isEmpty() ? Leaf.NOWHERE : build(matches, all, 0, conflicts), conflicts);
    }

    private static Node build(List<Match> matches, List<Integer> chains, int depth, List<Conflict> conflicts) {
        if (depth < ORDER.size()) {
            return ORDER.get(depth).branch(matches, chains, group -> build(matches, group, depth + 1, conflicts));
        }
        int first = chains.getFirst();
        for (int other : chains.subList(1, chains.size())) {
            var conflict = new Conflict(first, other);
            if (!conflicts.contains(conflict)) {
                conflicts.add(conflict);
            }
        }
        return new Leaf(first);
    }

    /// Pairs of chains that ask for the same.
    public List<Conflict> conflicts() {
        return conflicts;
    }

    /// The position of the chain for a connection, or [#NONE].
    public int find(ConnectionInfo info, Trace trace) {
        var node = root;
        while (node instanceof Branch(var criterion, var step)) {
            node = step.next(info);
            if (trace.on()) {
                trace.decided("filter_chain_match", criterion, node.equals(Leaf.NOWHERE) ? "no chain" : "fits");
            }
        }
        return ((Leaf) node).chain();
    }

    private static List<Integer> port(int port) {
        return port == 0 ? List.of() : List.of(port);
    }

    private static List<String> text(String text) {
        return text.isEmpty() ? List.of() : List.of(text);
    }

    private static List<SourceType> type(SourceType type) {
        return type == SourceType.ANY ? List.of() : List.of(type);
    }

    private static Step destinationPort(Map<Integer, Node> children, Node otherwise) {
        return info -> children.getOrDefault(info.destination().getPort(), otherwise);
    }

    private static Step sourcePort(Map<Integer, Node> children, Node otherwise) {
        return info -> children.getOrDefault(info.source().getPort(), otherwise);
    }

    private static Step transport(Map<String, Node> children, Node otherwise) {
        return info -> children.getOrDefault(info.transport(), otherwise);
    }

    private static Step sourceType(Map<SourceType, Node> children, Node otherwise) {
        return info ->
                children.getOrDefault(info.isLocal() ? SourceType.SAME_IP_OR_LOOPBACK : SourceType.EXTERNAL, otherwise);
    }

    private static Lookup<AddressMatcher> ranges(Function<ConnectionInfo, InetAddress> address) {
        return (children, otherwise) -> {
            var ranges = PrefixMap.of(children);
            return info -> ranges.find(address.apply(info), otherwise);
        };
    }

    private static Step protocols(Map<String, Node> children, Node otherwise) {
        return info -> {
            for (var protocol : info.applicationProtocols()) {
                var found = children.get(protocol);
                if (found != null) {
                    return found;
                }
            }
            return otherwise;
        };
    }

    /// Tries the name, then `*.` before each of its suffixes, the longest first.
    private static Step serverName(Map<String, Node> children, Node otherwise) {
        return info -> {
            var name = info.serverName();
            var found = children.get(name);
            int dot = name.indexOf('.', 1);
            while (found == null && dot >= 0) {
                found = children.get("*" + name.substring(dot));
                dot = name.indexOf('.', dot + 1);
            }
            return found == null ? otherwise : found;
        };
    }
}
