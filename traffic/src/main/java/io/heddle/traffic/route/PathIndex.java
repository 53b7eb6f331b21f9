package io.heddle.traffic.route;

import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Finds the first of many routes that fits a request, without trying them all. Immutable.
///
/// Exact paths stand in one hash table and beginnings of paths in another, each with the numbers of its routes in
/// ascending order. A lookup asks for the whole path, then goes through the path once, hashing as it goes, and
/// asks at every length that some beginning has. Whatever else may fit (regular expressions, templates) stands
/// in a list, of which only those before the best so far are tried. Every route that is found is matched in
/// full, and the lowest number wins: so the answer is that of trying all in order. Keys are in lower case, as
/// routes may ignore it.
final class PathIndex {
    /// With fewer routes, trying them in order is as fast.
    static final int WORTHWHILE = 8;

    private static final int[] NOTHING = {};

    private final List<RouteDecision> routes;
    private final Table exact;
    private final Table beginnings;
    private final BitSet lengths = new BitSet();
    private final int[] others;

    PathIndex(List<RouteDecision> routes) {
        this.routes = routes;
        var whole = new TreeMap<String, List<Integer>>();
        var starts = new TreeMap<String, List<Integer>>();
        var rest = new ArrayList<Integer>();
        for (int i = 0; i < routes.size(); i++) {
            switch (routes.get(i).route().match().path()) {
                case PathMatcher.Exact(String path, boolean _) -> add(whole, path, i);
                case PathMatcher.Prefix(String prefix, boolean _) -> add(starts, prefix, i);
                case PathMatcher.SeparatedPrefix(String prefix, boolean _) -> add(starts, prefix, i);
                case PathMatcher.Regex _, PathMatcher.Template _, PathMatcher.Connect _, PathMatcher.Text _ ->
                    rest.add(i);
            }
        }
        exact = new Table(whole);
        beginnings = new Table(starts);
        starts.keySet().forEach(prefix -> lengths.set(prefix.length()));
        others = rest.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void add(Map<String, List<Integer>> buckets, String key, int route) {
        buckets.computeIfAbsent(lower(key), _ -> new ArrayList<>()).add(route);
    }

    /// ASCII letters in lower case; a char beyond ASCII stands for an octet and stays.
    private static String lower(String octets) {
        var text = new StringBuilder(octets);
        for (int i = 0; i < text.length(); i++) {
            text.setCharAt(i, (char) lower((byte) text.charAt(i)));
        }
        return text.toString();
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet & 0xff;
    }

    /// The number of the first route that fits a request whose path without a query is `span` of `bytes`; -1 when
    /// none does.
    int first(RequestHead head, RouteFacts facts, byte[] bytes, long span) {
        int start = Span.start(span);
        int end = Span.end(span);
        int best = Integer.MAX_VALUE;
        int hash = Table.SEED;
        int length = 0;
        while (true) {
            if (lengths.get(length)) {
                var found = beginnings.find(hash, bytes, start, start + length);
                best = Math.min(best, first(found, head, facts, bytes, span));
            }
            if (start + length == end) {
                break;
            }
            hash = Table.next(hash, bytes[start + length]);
            length++;
        }
        best = Math.min(best, first(exact.find(hash, bytes, start, end), head, facts, bytes, span));
        for (int i = 0; i < others.length && others[i] < best; i++) {
            if (fits(others[i], head, facts, bytes, span)) {
                best = others[i];
            }
        }
        return best == Integer.MAX_VALUE ? -1 : best;
    }

    private int first(int[] found, RequestHead head, RouteFacts facts, byte[] bytes, long span) {
        for (int route : found) {
            if (fits(route, head, facts, bytes, span)) {
                return route;
            }
        }
        return Integer.MAX_VALUE;
    }

    private boolean fits(int route, RequestHead head, RouteFacts facts, byte[] bytes, long span) {
        return routes.get(route).route().match().matches(head, facts, bytes, span);
    }

    /// Open addressing with linear probing, at most half full.
    private static final class Table {
        static final int SEED = 0x811c9dc5;
        private static final int PRIME = 0x01000193;

        private final byte[][] keys;
        private final int[][] values;
        private final int mask;

        Table(Map<String, List<Integer>> entries) {
            int capacity = Integer.highestOneBit(Math.max(1, entries.size()) * 2) << 1;
            mask = capacity - 1;
            keys = new byte[capacity][];
            values = new int[capacity][];
            entries.forEach((key, routes) -> {
                var octets = key.getBytes(StandardCharsets.ISO_8859_1);
                int hash = SEED;
                for (byte octet : octets) {
                    hash = next(hash, octet);
                }
                int slot = slot(hash);
                while (keys[slot] != null) {
                    slot = (slot + 1) & mask;
                }
                keys[slot] = octets;
                values[slot] = routes.stream().mapToInt(Integer::intValue).toArray();
            });
        }

        static int next(int hash, byte octet) {
            return (hash ^ lower(octet)) * PRIME;
        }

        private int slot(int hash) {
            return (hash ^ (hash >>> 15)) & mask;
        }

        int[] find(int hash, byte[] bytes, int start, int end) {
            int slot = slot(hash);
            while (keys[slot] != null) {
                if (same(keys[slot], bytes, start, end)) {
                    return values[slot];
                }
                slot = (slot + 1) & mask;
            }
            return NOTHING;
        }

        private static boolean same(byte[] key, byte[] bytes, int start, int end) {
            if (key.length != end - start) {
                return false;
            }
            for (int i = key.length - 1; i >= 0; i--) {
                if ((key[i] & 0xff) != lower(bytes[start + i])) {
                    return false;
                }
            }
            return true;
        }
    }
}
