package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Tells HTTP/1.0, HTTP/1.1 and HTTP/2 with prior knowledge from other plaintext, by the first line.
///
/// A line is HTTP/1 when it begins with a method and ends with a version (RFC 9112, section 3), however the end of the
/// line is written: a request that is not quite right must come before the parser that refuses it, not pass by as
/// bytes. Other protocols are told apart at their first octet that no method holds.
final class HttpInspector implements Inspector {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_METHOD = 64;
    private static final int LONGEST_LINE = 64 * 1024;
    private static final String VERSION = " HTTP/1.";
    private static final String PUNCTUATION = "!#$%&'*+-.^_`|~";

    private final ListenerStats stats;
    private int looked;
    private boolean methodEnded;

    HttpInspector(ListenerStats stats) {
        this.stats = stats;
    }

    @Override
    public boolean readsBytes() {
        return true;
    }

    @Override
    public boolean onlyLooks() {
        return true;
    }

    @Override
    public Verdict inspect(ByteBuf seen, Arrival arrival) {
        if (arrival.isTls()) {
            return Verdict.DONE;
        }
        int same = preface(seen);
        if (same == PREFACE.length) {
            return found("h2c", ListenerStats.Figure.HTTP2_FOUND, arrival);
        }
        return same == seen.readableBytes() ? Verdict.MORE : line(seen, arrival);
    }

    private static int preface(ByteBuf seen) {
        int same = 0;
        int most = Math.min(PREFACE.length, seen.readableBytes());
        while (same < most && seen.getByte(seen.readerIndex() + same) == PREFACE[same]) {
            same++;
        }
        return same;
    }

    private Verdict line(ByteBuf seen, Arrival arrival) {
        int most = Math.min(LONGEST_LINE, seen.readableBytes());
        while (looked < most) {
            byte octet = seen.getByte(seen.readerIndex() + looked);
            if (octet == '\n') {
                return methodEnded ? version(seen, looked, arrival) : other();
            }
            if (!methodEnded && octet == ' ' && looked > 0) {
                methodEnded = true;
            } else if (!methodEnded && (!isToken(octet) || looked >= LONGEST_METHOD)) {
                return other();
            } else if (methodEnded && octet == 0) {
                return other();
            }
            looked++;
        }
        return looked == LONGEST_LINE ? other() : Verdict.MORE;
    }

    /// The version at the end of the line that ends before `end`.
    private Verdict version(ByteBuf seen, int end, Arrival arrival) {
        int last = end;
        while (last > 0 && isBlank(seen.getByte(seen.readerIndex() + last - 1))) {
            last--;
        }
        int start = last - VERSION.length() - 1;
        if (start < 0) {
            return other();
        }
        var text = seen.toString(seen.readerIndex() + start, VERSION.length() + 1, StandardCharsets.ISO_8859_1);
        char minor = text.charAt(VERSION.length());
        if (!text.startsWith(VERSION) || minor < '0' || minor > '9') {
            return other();
        }
        return minor == '0'
                ? found("http/1.0", ListenerStats.Figure.HTTP10_FOUND, arrival)
                : found("http/1.1", ListenerStats.Figure.HTTP11_FOUND, arrival);
    }

    private static boolean isBlank(byte octet) {
        return octet == '\r' || octet == ' ' || octet == '\t';
    }

    private static boolean isToken(byte octet) {
        return (octet >= '0' && octet <= '9')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= 'a' && octet <= 'z')
                || (octet > 0 && PUNCTUATION.indexOf(octet) >= 0);
    }

    private Verdict found(String protocol, ListenerStats.Figure figure, Arrival arrival) {
        arrival.http(protocol);
        stats.count(figure);
        return Verdict.DONE;
    }

    private Verdict other() {
        stats.count(ListenerStats.Figure.HTTP_NOT_FOUND);
        return Verdict.DONE;
    }
}
