package io.heddle.proxy.observe;

import java.util.List;
import java.util.function.Predicate;

/// Writes the Prometheus text format, version 0.0.4.
final class MetricsText {
    private final StringBuilder out = new StringBuilder(16 * 1024);
    private final Predicate<String> wanted;

    /// Writes only families whose name is wanted.
    MetricsText(Predicate<String> wanted) {
        this.wanted = wanted;
    }

    /// Begins a family; false when it is not wanted and must be left out.
    boolean family(String name, String type, String help) {
        if (!wanted.test(name)) {
            return false;
        }
        put("# HELP ")
                .put(name)
                .put(" ")
                .put(help)
                .put("\n# TYPE ")
                .put(name)
                .put(" ")
                .put(type)
                .put("\n");
        return true;
    }

    /// One sample; `labels` is what [#labels] made, or empty.
    MetricsText sample(String name, String labels, double value) {
        put(name);
        if (!labels.isEmpty()) {
            put("{").put(labels).put("}");
        }
        return put(" ").put(number(value)).put("\n");
    }

    /// The samples of a histogram: `cells` are the counts of each bound's bucket, of those above, and the sum, which is
    /// divided by `unit`.
    void histogram(String name, String labels, double[] bounds, long[] cells, double unit) {
        var comma = labels.isEmpty() ? "" : ",";
        long count = 0;
        for (int i = 0; i <= bounds.length; i++) {
            count += cells[i];
            var bound = i == bounds.length ? "+Inf" : number(bounds[i]);
            put(name)
                    .put("_bucket{")
                    .put(labels)
                    .put(comma)
                    .put("le=\"")
                    .put(bound)
                    .put("\"} ");
            put(Long.toString(count)).put("\n");
        }
        sample(name + "_sum", labels, cells[cells.length - 1] / unit);
        sample(name + "_count", labels, (double) count);
    }

    /// The pairs of names and values, with the values escaped.
    static String labels(List<String> names, List<String> values) {
        var text = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            text.append(i == 0 ? "" : ",").append(names.get(i)).append("=\"");
            escape(text, values.get(i));
            text.append('"');
        }
        return text.toString();
    }

    /// Everything written.
    @Override
    public String toString() {
        return out.toString();
    }

    private MetricsText put(String text) {
        out.append(text);
        return this;
    }

    private static void escape(StringBuilder out, String value) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            switch (character) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(character);
            }
        }
    }

    private static String number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? Long.toString((long) value) : Double.toString(value);
    }
}
