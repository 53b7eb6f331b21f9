package io.heddle.cli.packetfilter;

import io.heddle.cli.rules.ChainName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Our part of what one protocol version's iptables holds: our chains, and the rules that lead to them. Immutable.
///
/// @param tables by the table's name; a table without anything of ours is not in it
public record IptablesRules(Map<String, Table> tables) {
    static final IptablesRules NONE = new IptablesRules(Map.of());

    public IptablesRules {
        tables = Map.copyOf(tables);
    }

    /// Our part of one table.
    ///
    /// @param chains each chain's rules, without `-A` and the chain's name, in order
    /// @param entries whole `-A` lines of the kernel's own chains that lead to ours
    public record Table(Map<String, List<String>> chains, List<String> entries) {
        static final Table EMPTY = new Table(Map.of(), List.of());

        public Table {
            var copy = new LinkedHashMap<String, List<String>>();
            chains.forEach((name, rules) -> copy.put(name, List.copyOf(rules)));
            chains = copy;
            entries = List.copyOf(entries);
        }

        boolean isEmpty() {
            return chains.isEmpty() && entries.isEmpty();
        }
    }

    boolean isEmpty() {
        return tables.isEmpty();
    }

    /// Reads what `iptables-save` printed; what is not ours is passed over.
    static IptablesRules read(String saved) {
        var tables = new TreeMap<String, Table>();
        var chains = new LinkedHashMap<String, List<String>>();
        var entries = new ArrayList<String>();
        var table = "";
        for (var line : saved.lines().toList()) {
            if (line.startsWith("*")) {
                table = line.substring(1).strip();
            } else if (line.startsWith(":" + ChainName.PREFIX)) {
                chains.put(line.substring(1, line.indexOf(' ')), new ArrayList<>());
            } else if (line.startsWith("-A " + ChainName.PREFIX)) {
                int end = line.indexOf(' ', 3);
                chains.computeIfAbsent(line.substring(3, end), _ -> new ArrayList<>())
                        .add(line.substring(end + 1));
            } else if (line.startsWith("-A ") && line.matches(".* -[jg] " + ChainName.PREFIX + "[A-Z_]+( .*)?")) {
                entries.add(line);
            } else if (line.equals("COMMIT")) {
                var found = new Table(chains, entries);
                if (!found.isEmpty()) {
                    tables.put(table, found);
                }
                chains.clear();
                entries.clear();
            }
        }
        return new IptablesRules(tables);
    }

    /// The input of `iptables-restore --noflush` that turns `this` into `wanted` and touches nothing else; empty when
    /// there is nothing of ours in either. Each table changes at once or not at all.
    String to(IptablesRules wanted) {
        var out = new StringBuilder();
        var names = new TreeMap<String, Table>(tables);
        names.putAll(wanted.tables);
        for (var name : names.keySet()) {
            table(name, tables.getOrDefault(name, Table.EMPTY), wanted.tables.getOrDefault(name, Table.EMPTY), out);
        }
        return out.toString();
    }

    private static void table(String name, Table now, Table wanted, StringBuilder out) {
        out.append('*').append(name).append('\n');
        wanted.chains.keySet().forEach(chain -> out.append(':').append(chain).append(" - [0:0]\n"));
        now.entries.forEach(
                entry -> out.append("-D").append(entry, 2, entry.length()).append('\n'));
        var stale = new ArrayList<>(now.chains.keySet());
        stale.removeAll(new HashSet<>(wanted.chains.keySet()));
        stale.forEach(chain -> out.append("-F ").append(chain).append('\n'));
        wanted.chains.forEach((chain, rules) -> rules.forEach(
                rule -> out.append("-A ").append(chain).append(' ').append(rule).append('\n')));
        stale.forEach(chain -> out.append("-X ").append(chain).append('\n'));
        wanted.entries.forEach(entry -> out.append(entry).append('\n'));
        out.append("COMMIT\n");
    }
}
