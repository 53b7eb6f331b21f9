package io.heddle.traffic.filter;

import io.heddle.traffic.filter.StatefulSessionFilter.SessionState;
import io.heddle.traffic.match.Cookies;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/// The address of a session's host as clients keep it, in Envoy's form, so that proxies of both kinds understand
/// each other's: Base64 of the address in a header; in a cookie Base64 of a message with the address (field 1, a
/// text) and when it ends (field 2, seconds since the epoch), or of the address alone, as older versions wrote
/// it.
///
/// The client can write what it likes: what does not have this form is no address, and an address counts only
/// when the cluster has such a host. How long it may be, the limits of heads say.
public final class SessionAddress {
    private static final HeaderName SET_COOKIE = HeaderName.of("set-cookie");
    private static final int ADDRESS_TAG = 1 << 3 | 2;
    private static final int EXPIRES_TAG = 2 << 3;

    private SessionAddress() {}

    /// The address that a request names at `now` (milliseconds since the epoch); empty when it names none.
    public static Optional<String> of(SessionState state, RequestHead head, long now) {
        return switch (state) {
            case SessionState.Header(var name) ->
                decoded(head, head.header(name)).map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1));
            case SessionState.Cookie(var cookie) ->
                covers(state, head)
                        ? decoded(head, Cookies.value(head, cookie.name())).flatMap(bytes -> address(bytes, now / 1000))
                        : Optional.empty();
        };
    }

    /// Whether a request may belong to such a session: a cookie is for requests to its path and below it (RFC 6265,
    /// section 5.1.4), which alone bring it back.
    public static boolean covers(SessionState state, RequestHead head) {
        return switch (state) {
            case SessionState.Header _ -> true;
            case SessionState.Cookie(var cookie) -> isBelow(head, cookie.path());
        };
    }

    /// The change to an answer that tells the client its host.
    public static HeaderEdit told(SessionState state, String address, long now) {
        var encoder = Base64.getEncoder();
        return switch (state) {
            case SessionState.Header(var name) ->
                new HeaderEdit(
                        HeaderEdit.Action.SET,
                        name,
                        encoder.encodeToString(address.getBytes(StandardCharsets.ISO_8859_1)));
            case SessionState.Cookie(var cookie) -> {
                long end = cookie.ttl().isZero() ? 0 : now / 1000 + cookie.ttl().toSeconds();
                var value = encoder.encodeToString(message(address.getBytes(StandardCharsets.ISO_8859_1), end));
                yield new HeaderEdit(HeaderEdit.Action.APPEND, SET_COOKIE, cookie.line(value));
            }
        };
    }

    private static boolean isBelow(RequestHead head, String path) {
        if (path.isEmpty() || path.equals("/")) {
            return true;
        }
        var own = Span.text(head.bytes(), head.path());
        if (!own.startsWith(path)) {
            return false;
        }
        boolean whole = path.endsWith("/") || own.length() == path.length();
        return whole || "/?#".indexOf(own.charAt(path.length())) >= 0;
    }

    private static Optional<byte[]> decoded(RequestHead head, long span) {
        if (!Span.isPresent(span) || Span.length(span) == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    Base64.getDecoder().decode(Arrays.copyOfRange(head.bytes(), Span.start(span), Span.end(span))));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// The address in a cookie's bytes, unless its time is over.
    private static Optional<String> address(byte[] bytes, long nowSeconds) {
        if (bytes.length < 2 || bytes[0] != ADDRESS_TAG) {
            return Optional.of(new String(bytes, StandardCharsets.ISO_8859_1));
        }
        int end = 2 + bytes[1];
        if (bytes[1] < 0 || end > bytes.length) {
            return Optional.empty();
        }
        var address = new String(bytes, 2, bytes[1], StandardCharsets.ISO_8859_1);
        if (end == bytes.length) {
            return Optional.of(address);
        }
        long expires = bytes[end] == EXPIRES_TAG ? varint(bytes, end + 1) : -1;
        return expires < 0 || (expires > 0 && expires <= nowSeconds) ? Optional.empty() : Optional.of(address);
    }

    /// The number that the bytes from `at` to their end are; negative when they are none.
    private static long varint(byte[] bytes, int at) {
        long value = 0;
        for (int i = 0; at + i < bytes.length && i < 9; i++) {
            value |= (bytes[at + i] & 0x7fL) << (7 * i);
            if (bytes[at + i] >= 0) {
                return at + i + 1 == bytes.length ? value : -1;
            }
        }
        return -1;
    }

    private static byte[] message(byte[] address, long expires) {
        var out = new ByteArrayOutputStream();
        out.write(ADDRESS_TAG);
        out.write(address.length);
        out.writeBytes(address);
        if (expires > 0) {
            out.write(EXPIRES_TAG);
            long left = expires;
            while (left > 0x7f) {
                out.write((int) (left & 0x7f) | 0x80);
                left >>>= 7;
            }
            out.write((int) left);
        }
        return out.toByteArray();
    }
}
