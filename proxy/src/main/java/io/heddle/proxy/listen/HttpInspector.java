package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Tells HTTP/1.0, HTTP/1.1 and HTTP/2 with prior knowledge from other plaintext, by the first line.
///
/// A line is HTTP/1 when it begins with a method and ends with a version (RFC 9112, section 3), whichever that is and
/// however blanks and the end of the line are written; or when a method in capitals is followed by what only a target
/// can be, and nothing else (HTTP/0.9). A request that is not quite right must come before the parser that refuses it,
/// not pass by as bytes. Other protocols are told apart at their first octet that no method holds.
final class HttpInspector implements Inspector {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_METHOD = 64;
    private static final int LONGEST_LINE = 64 * 1024;
    private static final String NAME = "HTTP/";
    private static final String VERSION = "HTTP/1.1";
    private static final String AFTER_SCHEME = "://";
    private static final String PUNCTUATION = "!#$%&'*+-.^_`|~";

    private final ListenerStats stats;
    private int looked;
    /// How long the method is; 0 while it has not ended.
    private int method;

    private boolean nul;

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
            byte octet = octet(seen, looked);
            if (octet == '\n') {
                return method > 0 ? whole(seen, looked, arrival) : other();
            }
            if (method == 0 ? !isOfMethod(octet) : octet == 0 && !mayHoldNul(seen)) {
                return other();
            }
            looked++;
        }
        return looked == LONGEST_LINE ? other() : Verdict.MORE;
    }

    private static byte octet(ByteBuf seen, int index) {
        return seen.getByte(seen.readerIndex() + index);
    }

    /// Whether the line may go on with this where its method is, or ends.
    private boolean isOfMethod(byte octet) {
        if ((octet == ' ' || octet == '\t') && looked > 0) {
            method = looked;
            return true;
        }
        return isToken(octet) && looked < LONGEST_METHOD;
    }

    /// Whether a line with a NUL may be HTTP. Asked at the first of them, once for all.
    private boolean mayHoldNul(ByteBuf seen) {
        nul = nul || isTarget(seen, looked);
        return nul;
    }

    /// Whether what follows the method before `end` begins as only a target does (RFC 9112, section 3.2).
    private boolean isTarget(ByteBuf seen, int end) {
        int start = method;
        while (start < end && isBlank(octet(seen, start))) {
            start++;
        }
        if (start == end) {
            return false;
        }
        byte first = octet(seen, start);
        return first == '/' || first == '*' || isAbsolute(seen, start, end);
    }

    private static boolean isAbsolute(ByteBuf seen, int start, int end) {
        int colon = start;
        while (colon < end && isLetter(octet(seen, colon))) {
            colon++;
        }
        return colon > start && colon + AFTER_SCHEME.length() <= end && startsWith(seen, colon, AFTER_SCHEME);
    }

    private static boolean startsWith(ByteBuf seen, int start, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (octet(seen, start + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// The line that ends before `end`, by the version at its end, or by its target alone.
    private Verdict whole(ByteBuf seen, int end, Arrival arrival) {
        int last = end;
        while (last > method && isBlank(octet(seen, last - 1))) {
            last--;
        }
        int start = last - VERSION.length();
        if (start > method && isBlank(octet(seen, start - 1)) && isVersion(seen, start)) {
            return startsWith(seen, start, VERSION)
                    ? found("http/1.1", ListenerStats.Figure.HTTP11_FOUND, arrival)
                    : found("http/1.0", ListenerStats.Figure.HTTP10_FOUND, arrival);
        }
        return isInCapitals(seen) && isTarget(seen, last) && isOneWord(seen, last)
                ? found("http/1.0", ListenerStats.Figure.HTTP10_FOUND, arrival)
                : other();
    }

    private static boolean isVersion(ByteBuf seen, int start) {
        int major = start + NAME.length();
        return startsWith(seen, start, NAME)
                && isDigit(octet(seen, major))
                && octet(seen, major + 1) == '.'
                && isDigit(octet(seen, major + 2));
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    /// Commands of some protocols, memcached's among them, are otherwise.
    private boolean isInCapitals(ByteBuf seen) {
        for (int i = 0; i < method; i++) {
            byte octet = octet(seen, i);
            if (octet >= 'a' && octet <= 'z') {
                return false;
            }
        }
        return true;
    }

    private boolean isOneWord(ByteBuf seen, int last) {
        int start = last;
        while (!isBlank(octet(seen, start - 1))) {
            start--;
        }
        int end = start;
        while (isBlank(octet(seen, end - 1))) {
            end--;
        }
        return end == method;
    }

    private static boolean isBlank(byte octet) {
        return octet == '\r' || octet == ' ' || octet == '\t';
    }

    private static boolean isLetter(byte octet) {
        return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
    }

    private static boolean isToken(byte octet) {
        return isDigit(octet) || isLetter(octet) || (octet > 0 && PUNCTUATION.indexOf(octet) >= 0);
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
