package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.Octets;
import io.heddle.traffic.request.Span;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Optional;

/// Reads `x-forwarded-for`: addresses, the nearest last. Several lines are one list, in their order.
final class ForwardedFor {
    private static final int LONGEST_ADDRESS = 45;

    private ForwardedFor() {}

    /// The last address but `skipped`; empty when there are too few, or when it is no IP address.
    static Optional<InetAddress> address(HeaderLines lines, int skipped) {
        int left = skipped;
        for (int line = lines.count() - 1; line >= 0; line--) {
            if (lines.kind(line) != LineKind.FORWARDED_FOR) {
                continue;
            }
            int start = Span.start(lines.value(line));
            int end = Span.end(lines.value(line));
            while (true) {
                int from = elementStart(lines.bytes(), start, end);
                if (left == 0) {
                    return parse(lines, from, end);
                }
                left--;
                if (from == start) {
                    break;
                }
                end = from - 1;
            }
        }
        return Optional.empty();
    }

    private static int elementStart(byte[] bytes, int start, int end) {
        int at = end;
        while (at > start && bytes[at - 1] != ',') {
            at--;
        }
        return at;
    }

    private static Optional<InetAddress> parse(HeaderLines lines, int start, int end) {
        int from = Octets.skipBlanks(lines.bytes(), start, end);
        int to = Octets.trimBlanks(lines.bytes(), from, end);
        if (to - from > LONGEST_ADDRESS) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                NetUtil.createInetAddressFromIpAddressString(Span.text(lines.bytes(), Span.of(from, to))));
    }

    /// Whether there is one address in all.
    static boolean isSingle(HeaderLines lines) {
        boolean found = false;
        for (int line = 0; line < lines.count(); line++) {
            if (lines.kind(line) != LineKind.FORWARDED_FOR) {
                continue;
            }
            long value = lines.value(line);
            if (found || elementStart(lines.bytes(), Span.start(value), Span.end(value)) != Span.start(value)) {
                return false;
            }
            found = true;
        }
        return found;
    }

    /// Appends all values, then `address`, as one line.
    static void append(HeaderLines added, HeaderLines received, String address) {
        added.beginLine();
        added.append("x-forwarded-for");
        added.separate();
        for (int line = 0; line < received.count(); line++) {
            if (received.kind(line) == LineKind.FORWARDED_FOR) {
                added.append(received.bytes(), Span.start(received.value(line)), Span.end(received.value(line)));
                added.append(",");
            }
        }
        added.append(address);
        added.endOwnLine();
    }
}
