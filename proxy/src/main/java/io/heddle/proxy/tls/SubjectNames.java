package io.heddle.proxy.tls;

import io.heddle.traffic.match.StringMatcher;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The subject alternative names of a certificate that identify a workload or a host.
///
/// @param uris the URIs
/// @param hosts the DNS names
record SubjectNames(List<String> uris, List<String> hosts) {
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final String SPIFFE = "spiffe://";

    SubjectNames {
        uris = List.copyOf(uris);
        hosts = List.copyOf(hosts);
    }

    /// Reads them from `certificate`.
    static SubjectNames of(X509Certificate certificate) throws CertificateParsingException {
        var uris = new ArrayList<String>();
        var hosts = new ArrayList<String>();
        var all = certificate.getSubjectAlternativeNames();
        if (all != null) {
            for (var name : all) {
                switch ((Integer) name.get(0)) {
                    case URI -> uris.add((String) name.get(1));
                    case DNS -> hosts.add((String) name.get(1));
                    default -> {}
                }
            }
        }
        return new SubjectNames(uris, hosts);
    }

    /// The SPIFFE ID: the only URI, and nothing when there are several (X509-SVID standard, section 2).
    Optional<String> spiffeId() {
        return uris.size() == 1 && uris.getFirst().startsWith(SPIFFE) ? Optional.of(uris.getFirst()) : Optional.empty();
    }

    /// Whether one of the names fits one of `wanted`. An exact matcher also fits a DNS wildcard of one label.
    boolean fitsAny(List<StringMatcher> wanted) {
        for (var matcher : wanted) {
            for (var uri : uris) {
                if (fits(matcher, uri)) {
                    return true;
                }
            }
            for (var host : hosts) {
                if (fits(matcher, host) || wildcardFits(matcher, host)) {
                    return true;
                }
            }
        }
        return false;
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
