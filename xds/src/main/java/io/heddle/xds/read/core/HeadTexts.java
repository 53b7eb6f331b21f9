package io.heddle.xds.read.core;

import io.heddle.traffic.request.HeaderName;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.IntPredicate;

/// Reads texts that go into heads: targets, authorities, schemes, header values. Refused once here, a character that
/// would end a line or split a word never reaches a writer.
///
/// The texts come out as octets, one character each, as UTF-8 has them.
public final class HeadTexts {
    private HeadTexts() {}

    /// A path or a part of one; may have a query. No controls, no spaces.
    public static String target(String text, Scope scope) {
        return checked(text, scope, c -> c > ' ' && c != 0x7f && c != '#');
    }

    /// A host with or without a port (RFC 3986, section 3.2); empty when there is none.
    public static Optional<String> authority(String text, Scope scope) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(checked(text, scope, c -> c > ' ' && c < 0x7f && "/?#@\\<>\"".indexOf(c) < 0));
    }

    /// The name of a header of a request (RFC 9110, section 5.1); empty, and an error, when it is none.
    public static Optional<HeaderName> headerName(String text, Scope scope) {
        boolean token = !text.isEmpty()
                && text.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
        if (!token) {
            scope.error("is no name of a header: " + text, "write for example x-cluster");
            return Optional.empty();
        }
        return Optional.of(HeaderName.of(text));
    }

    /// A scheme (RFC 3986, section 3.1); empty when there is none.
    public static Optional<String> scheme(String text, Scope scope) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(checked(
                text,
                scope,
                c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || "+-.".indexOf(c) >= 0));
    }

    /// A header's value (RFC 9110, section 5.5). No controls but the tab.
    public static String value(String text, Scope scope) {
        return checked(text, scope, HeadTexts::isInValue);
    }

    /// A header's value, given as octets.
    public static String raw(byte[] octets, Scope scope) {
        return allowed(new String(octets, StandardCharsets.ISO_8859_1), scope, HeadTexts::isInValue);
    }

    private static boolean isInValue(int c) {
        return (c >= ' ' && c != 0x7f) || c == '\t';
    }

    private static String checked(String text, Scope scope, IntPredicate allowed) {
        return allowed(MatcherReader.octets(text), scope, allowed);
    }

    private static String allowed(String octets, Scope scope, IntPredicate allowed) {
        var wrong = octets.chars().filter(allowed.negate()).findFirst();
        if (wrong.isPresent()) {
            scope.error("holds a character that must not stand there: " + name(wrong.getAsInt()), "remove it");
            return "";
        }
        return octets;
    }

    private static String name(int c) {
        return c > ' ' && c < 0x7f ? "'" + (char) c + "'" : String.format("U+%04X", c);
    }
}
