package io.heddle.xds.write;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/// Writes the values of access policies: exact, `prefix*`, `*suffix`, or `*` for any that is present.
final class TextMatches {
    private TextMatches() {}

    static StringMatcher write(String value) {
        return withPrefix("", value);
    }

    /// A value that has `prefix` in front of it where it is matched.
    static StringMatcher withPrefix(String prefix, String value) {
        var matcher = StringMatcher.newBuilder();
        if (value.equals("*")) {
            return matcher.setSafeRegex(Matches.regex(".+")).build();
        }
        if (value.startsWith("*")) {
            var suffix = value.substring(1);
            return prefix.isEmpty()
                    ? matcher.setSuffix(suffix).build()
                    : matcher.setSafeRegex(Matches.regex(Patterns.quote(prefix) + ".*" + Patterns.quote(suffix)))
                            .build();
        }
        if (value.endsWith("*")) {
            return matcher.setPrefix(prefix + value.substring(0, value.length() - 1))
                    .build();
        }
        return matcher.setExact(prefix + value).build();
    }

    static HeaderMatcher header(String name, String value) {
        var header = HeaderMatcher.newBuilder().setName(name);
        return value.equals("*")
                ? header.setPresentMatch(true).build()
                : header.setStringMatch(write(value)).build();
    }

    /// Hosts are compared without regard to case; a host without a port fits any port, as in Istio.
    static HeaderMatcher host(String value) {
        boolean plain = value.indexOf('*') < 0 && value.indexOf(':') < 0;
        if (plain) {
            return HeaderMatcher.newBuilder()
                    .setName(":authority")
                    .setStringMatch(StringMatcher.newBuilder()
                            .setSafeRegex(Matches.regex("(?i)" + Patterns.quote(value) + "(:[0-9]+)?")))
                    .build();
        }
        var header = header(":authority", value);
        return header.hasStringMatch()
                ? header.toBuilder()
                        .setStringMatch(header.getStringMatch().toBuilder().setIgnoreCase(true))
                        .build()
                : header;
    }
}
