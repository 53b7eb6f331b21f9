package io.heddle.traffic.runtime;

import io.heddle.traffic.match.StringMatcher;
import java.util.Set;

/// Fits a subject alternative name of a peer's certificate, as Envoy's `SubjectAltNameMatcher`: a name of another kind
/// with the same text does not fit.
///
/// @param types the kinds of name that are looked at; at least one
/// @param matcher what the name's text must be
public record SubjectAltNameMatcher(Set<Type> types, StringMatcher matcher) {
    /// A kind of subject alternative name (RFC 5280, section 4.2.1.6).
    public enum Type {
        URI,
        DNS,
        EMAIL,
        /// Addresses compare as text: IPv4 with dots, IPv6 as in RFC 5952.
        IP_ADDRESS
    }

    public SubjectAltNameMatcher {
        types = Set.copyOf(types);
    }

    /// Looks at names of one kind.
    public static SubjectAltNameMatcher of(Type type, StringMatcher matcher) {
        return new SubjectAltNameMatcher(Set.of(type), matcher);
    }

    /// Looks at names of every kind, as Envoy's older `match_subject_alt_names` does.
    public static SubjectAltNameMatcher ofAny(StringMatcher matcher) {
        return new SubjectAltNameMatcher(Set.of(Type.values()), matcher);
    }
}
