package io.heddle.proxy.admin;

import java.util.HashMap;
import java.util.Map;

/// Lets counters begin at zero again, as Envoy's `/reset_counters`: the counters themselves go on, and what they
/// were is taken off what is shown. Safe on any thread.
final class CounterReset {
    private volatile Map<String, Double> before = Map.of();

    /// Everything in this scrape counts as zero from now on.
    void reset(String scrape) {
        var values = new HashMap<String, Double>();
        var counts = false;
        for (var line : scrape.lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                counts = !line.endsWith(" gauge");
            } else if (counts && !line.startsWith("#")) {
                int space = line.lastIndexOf(' ');
                values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
            }
        }
        before = Map.copyOf(values);
    }

    /// The scrape without what was counted before the reset. A series that was forgotten and came again has less
    /// than it had, and counts anew.
    String apply(String scrape) {
        var known = before;
        if (known.isEmpty()) {
            return scrape;
        }
        var text = new StringBuilder(scrape.length());
        scrape.lines().forEach(line -> text.append(apply(line, known)).append('\n'));
        return text.toString();
    }

    private static String apply(String line, Map<String, Double> known) {
        int space = line.lastIndexOf(' ');
        var was = line.startsWith("#") ? null : known.get(line.substring(0, space));
        if (was == null) {
            return line;
        }
        double now = Double.parseDouble(line.substring(space + 1));
        return now < was ? line : line.substring(0, space + 1) + number(now - was);
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
