package io.heddle.traffic.route;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// Values by what texts begin with. The longest beginning is found in O(log n), the shorter ones each in one step.
/// Immutable.
///
/// Beginnings stand in order. A text stands after all of its own, and what stands between the longest of them and the
/// text begins with it, too; so that one is the text's neighbour or among the neighbour's own beginnings.
public final class PrefixTable<T> {
    /// No place.
    static final int NONE = -1;

    private final String[] prefixes;
    private final List<T> values;
    /// For each the longest of the others that it begins with.
    private final int[] shorter;

    private PrefixTable(String[] prefixes, List<T> values, int[] shorter) {
        this.prefixes = prefixes;
        this.values = values;
        this.shorter = shorter;
    }

    /// The table of `values`.
    public static <T> PrefixTable<T> of(Map<String, T> values) {
        var sorted = new TreeMap<>(values);
        var prefixes = sorted.keySet().toArray(new String[0]);
        var shorter = new int[prefixes.length];
        for (int i = 0; i < prefixes.length; i++) {
            shorter[i] = beginning(prefixes, shorter, i - 1, prefixes[i]);
        }
        return new PrefixTable<>(prefixes, List.copyOf(sorted.values()), shorter);
    }

    /// The first of `at` and its own beginnings that `text` begins with.
    private static int beginning(String[] prefixes, int[] shorter, int at, String text) {
        int found = at;
        while (found != NONE && !text.startsWith(prefixes[found])) {
            found = shorter[found];
        }
        return found;
    }

    /// The place of the longest one that `text` begins with.
    int longest(String text) {
        int found = Arrays.binarySearch(prefixes, text);
        return found >= 0 ? found : beginning(prefixes, shorter, -found - 2, text);
    }

    /// The place of the next shorter one after `place`.
    int shorter(int place) {
        return shorter[place];
    }

    String prefix(int place) {
        return prefixes[place];
    }

    T value(int place) {
        return values.get(place);
    }

    /// All values, in the order of what texts begin with.
    public Stream<T> values() {
        return values.stream();
    }

    /// The same with other values.
    <R> PrefixTable<R> map(Function<T, R> change) {
        return new PrefixTable<>(prefixes, values.stream().map(change).toList(), shorter);
    }
}
