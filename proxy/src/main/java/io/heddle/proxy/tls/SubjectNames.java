package io.heddle.proxy.tls;

import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The subject alternative names of a certificate that identify a workload or a host.
///
/// @param byType the names of each kind that has some, in their order
record SubjectNames(Map<SubjectAltNameMatcher.Type, List<String>> byType) {
    private static final String SPIFFE = "spiffe://";

    SubjectNames {
        byType = Map.copyOf(byType);
    }

    /// Reads them from `certificate`.
    static SubjectNames of(X509Certificate certificate) throws CertificateParsingException {
        var byType = new EnumMap<SubjectAltNameMatcher.Type, List<String>>(SubjectAltNameMatcher.Type.class);
        var all = certificate.getSubjectAlternativeNames();
        if (all != null) {
            for (var name : all) {
                type((Integer) name.get(0))
                        .ifPresent(type -> byType.computeIfAbsent(type, _ -> new ArrayList<>())
                                .add(text(type, (String) name.get(1))));
            }
        }
        return new SubjectNames(byType);
    }

    /// The kind by its tag (RFC 5280, `GeneralName`); empty for those that nothing here looks at.
    private static Optional<SubjectAltNameMatcher.Type> type(int tag) {
        return switch (tag) {
            case 1 -> Optional.of(SubjectAltNameMatcher.Type.EMAIL);
            case 2 -> Optional.of(SubjectAltNameMatcher.Type.DNS);
            case 6 -> Optional.of(SubjectAltNameMatcher.Type.URI);
            case 7 -> Optional.of(SubjectAltNameMatcher.Type.IP_ADDRESS);
            default -> Optional.empty();
        };
    }

    private static String text(SubjectAltNameMatcher.Type type, String name) {
        if (type != SubjectAltNameMatcher.Type.IP_ADDRESS) {
            return name;
        }
        var address = NetUtil.createInetAddressFromIpAddressString(name);
        return address == null ? name : NetUtil.toAddressString(address);
    }

    /// Those of one kind, in their order.
    List<String> names(SubjectAltNameMatcher.Type type) {
        return byType.getOrDefault(type, List.of());
    }

    /// The SPIFFE ID: the only URI, and nothing when there are several (X509-SVID standard, section 2).
    Optional<String> spiffeId() {
        var uris = names(SubjectAltNameMatcher.Type.URI);
        return uris.size() == 1 && uris.getFirst().startsWith(SPIFFE) ? Optional.of(uris.getFirst()) : Optional.empty();
    }

    /// Whether one of the names fits one of `wanted`. An exact matcher also fits a DNS wildcard of one label.
    boolean fitsAny(List<SubjectAltNameMatcher> wanted) {
        return wanted.stream()
                .anyMatch(matcher -> matcher.types().stream()
                        .anyMatch(type -> names(type).stream().anyMatch(name -> fits(type, matcher.matcher(), name))));
    }

    private static boolean fits(SubjectAltNameMatcher.Type type, StringMatcher matcher, String name) {
        return fits(matcher, name) || (type == SubjectAltNameMatcher.Type.DNS && wildcardFits(matcher, name));
    }

    private static boolean fits(StringMatcher matcher, String text) {
        return switch (matcher) {
            case StringMatcher.Exact(var value, var ignoreCase) ->
                ignoreCase ? value.equalsIgnoreCase(text) : value.equals(text);
            case StringMatcher.Prefix(var value, var ignoreCase) ->
                text.regionMatches(ignoreCase, 0, value, 0, value.length());
            case StringMatcher.Suffix(var value, var ignoreCase) ->
                text.regionMatches(ignoreCase, text.length() - value.length(), value, 0, value.length());
            case StringMatcher.Contains(var value, var ignoreCase) ->
                ignoreCase
                        ? text.toLowerCase(Locale.ROOT).contains(value.toLowerCase(Locale.ROOT))
                        : text.contains(value);
            case StringMatcher.Regex(var pattern) -> pattern.matches(text);
        };
    }

    private static boolean wildcardFits(StringMatcher matcher, String host) {
        if (!(matcher instanceof StringMatcher.Exact(var value, var _)) || !host.startsWith("*.")) {
            return false;
        }
        int dot = value.indexOf('.');
        return dot > 0 && value.substring(dot).equalsIgnoreCase(host.substring(1));
    }
}
