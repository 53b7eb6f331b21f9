package io.heddle.traffic.route;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds a virtual host by authority: an exact domain, else the longest `*.suffix`, else the longest `prefix.*`, else
/// `*`. Looks at bytes without regard to ASCII case and allocates nothing.
///
/// One open-addressing hash table holds the exact domains, one each the suffixes and prefixes of equal length, longest
/// first, so that a lookup costs one hash over the authority per distinct wildcard length.
///
/// @param <T> what stands behind a domain
final class HostIndex<T> {
    private final Table<T> exact;
    private final List<Table<T>> suffixes;
    private final List<Table<T>> prefixes;
    private final @Nullable T fallback;

    private HostIndex(Table<T> exact, List<Table<T>> suffixes, List<Table<T>> prefixes, @Nullable T fallback) {
        this.exact = exact;
        this.suffixes = suffixes;
        this.prefixes = prefixes;
        this.fallback = fallback;
    }

    /// An index over `domains`; the first of equal ones wins.
    static <T> HostIndex<T> of(Map<String, T> domains) {
        var exact = new TreeMap<String, T>();
        var suffixes = new TreeMap<Integer, Map<String, T>>(Comparator.reverseOrder());
        var prefixes = new TreeMap<Integer, Map<String, T>>(Comparator.reverseOrder());
        domains.forEach((domain, value) -> {
            var lower = domain.toLowerCase(Locale.ROOT);
            if (lower.equals("*")) {
                return;
            }
            if (lower.startsWith("*")) {
                suffixes.computeIfAbsent(lower.length() - 1, _ -> new TreeMap<>())
                        .putIfAbsent(lower.substring(1), value);
            } else if (lower.endsWith("*")) {
                prefixes.computeIfAbsent(lower.length() - 1, _ -> new TreeMap<>())
                        .putIfAbsent(lower.substring(0, lower.length() - 1), value);
            } else {
                exact.putIfAbsent(lower, value);
            }
        });
        return new HostIndex<>(new Table<>(exact), tables(suffixes), tables(prefixes), domains.get("*"));
    }

    private static <T> List<Table<T>> tables(Map<Integer, Map<String, T>> byLength) {
        var tables = new ArrayList<Table<T>>();
        byLength.values().forEach(entries -> tables.add(new Table<>(entries)));
        return List.copyOf(tables);
    }

    /// What stands behind `*`, or null.
    @Nullable
    T fallback() {
        return fallback;
    }

    /// Whether there is no domain but `*`.
    boolean isOnlyFallback() {
        return exact.size == 0 && suffixes.isEmpty() && prefixes.isEmpty();
    }

    /// What stands behind the authority from `start` to `end` (exclusive), or null.
    @Nullable
    T find(byte[] bytes, int start, int end) {
        var found = exact.find(bytes, start, end);
        if (found != null) {
            return found;
        }
        for (int i = 0; i < suffixes.size(); i++) {
            var table = suffixes.get(i);
            if (end - start > table.length) {
                found = table.find(bytes, end - table.length, end);
                if (found != null) {
                    return found;
                }
            }
        }
        for (int i = 0; i < prefixes.size(); i++) {
            var table = prefixes.get(i);
            if (end - start > table.length) {
                found = table.find(bytes, start, start + table.length);
                if (found != null) {
                    return found;
                }
            }
        }
        return fallback;
    }

    /// Open addressing with linear probing, at most half full.
    private static final class Table<T> {
        private final byte[][] keys;
        private final @Nullable Object[] values;
        private final int mask;
        private final int size;
        /// The length of every key, where all are of one length.
        private final int length;

        Table(Map<String, T> entries) {
            size = entries.size();
            int capacity = Integer.highestOneBit(Math.max(1, size) * 2) << 1;
            mask = capacity - 1;
            keys = new byte[capacity][];
            values = new Object[capacity];
            int last = 0;
            for (var entry : entries.entrySet()) {
                byte[] key = entry.getKey().getBytes(StandardCharsets.UTF_8);
                int slot = hash(key, 0, key.length) & mask;
                while (keys[slot] != null) {
                    slot = (slot + 1) & mask;
                }
                keys[slot] = key;
                values[slot] = entry.getValue();
                last = key.length;
            }
            length = last;
        }

        @SuppressWarnings("unchecked")
        @Nullable
        T find(byte[] bytes, int start, int end) {
            if (size == 0) {
                return null;
            }
            int slot = hash(bytes, start, end) & mask;
            while (keys[slot] != null) {
                if (same(keys[slot], bytes, start, end)) {
                    return (T) values[slot];
                }
                slot = (slot + 1) & mask;
            }
            return null;
        }

        private static boolean same(byte[] key, byte[] bytes, int start, int end) {
            if (key.length != end - start) {
                return false;
            }
            for (int i = 0; i < key.length; i++) {
                if (key[i] != lower(bytes[start + i])) {
                    return false;
                }
            }
            return true;
        }

        private static int hash(byte[] bytes, int start, int end) {
            int hash = 17;
            for (int i = start; i < end; i++) {
                hash = hash * 31 + lower(bytes[i]);
            }
            return hash ^ (hash >>> 15);
        }

        private static byte lower(byte octet) {
            return octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
        }
    }
}
