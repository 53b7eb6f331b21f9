package io.heddle.proxy.envoy;

import io.heddle.proxy.envoy.Heads.Head;
import io.heddle.proxy.envoy.Heads.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One thing that Envoy and Heddle did not do alike.
///
/// @param where `route`, `status`, `host`, `body`, `request line`, `request body`, or `request` or `answer` and the
/// name of a
///     header
/// @param envoy what Envoy did
/// @param heddle what Heddle did
record Difference(String where, String envoy, String heddle) {
    /// All between two answers to the same request; where the route, the status or the host differs, that is all.
    static List<Difference> between(Answer envoy, Answer heddle) {
        var found = new ArrayList<Difference>();
        compare("route", envoy.head().value("x-route"), heddle.head().value("x-route"), found);
        compare("status", envoy.status(), heddle.status(), found);
        compare("host", envoy.head().value("x-host"), heddle.head().value("x-host"), found);
        if (!found.isEmpty()) {
            return List.of(found.getFirst());
        }
        compare("body", envoy.body(), heddle.body(), found);
        compare("answer ", envoy.head(), heddle.head(), found);
        if (envoy.seen().isPresent() && heddle.seen().isPresent()) {
            var ours = heddle.seen().get();
            var theirs = envoy.seen().get();
            compare("request line", theirs.first(), ours.first(), found);
            compare("request body", envoy.sent(), heddle.sent(), found);
            compare("request ", theirs, ours, found);
        }
        return found;
    }

    /// Whether it is in one of these places.
    boolean isOf(String... places) {
        return List.of(places).contains(where);
    }

    private static void compare(String where, String envoy, String heddle, List<Difference> found) {
        if (!envoy.equals(heddle)) {
            found.add(new Difference(where, envoy, heddle));
        }
    }

    private static void compare(String side, Head envoy, Head heddle, List<Difference> found) {
        var theirs = values(envoy);
        var ours = values(heddle);
        Stream.concat(theirs.keySet().stream(), ours.keySet().stream())
                .distinct()
                .forEach(name -> compare(side + name, joined(name, theirs), joined(name, ours), found));
    }

    /// Several lines of a name say the same as one with commas between (RFC 9110, section 5.3); cookies do not.
    private static String joined(String name, Map<String, List<String>> values) {
        var lines = values.get(name);
        if (lines == null) {
            return "none";
        }
        var whole = lines.stream().filter(line -> !line.isEmpty()).collect(Collectors.joining(","));
        return name.equals("set-cookie") ? lines.toString() : whole.replace(", ", ",");
    }

    private static Map<String, List<String>> values(Head head) {
        var values = new TreeMap<String, List<String>>();
        for (Line line : head.lines()) {
            values.computeIfAbsent(line.name(), _ -> new ArrayList<>()).add(Answer.steady(line.name(), line.value()));
        }
        return values;
    }
}
