package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;

/// The `x-request-id` that one request goes by: the one it came with, or a random UUID (RFC 9562, version 4), the
/// same for all its tries. It names a request in logs; it is no secret.
public final class RequestId {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private static final byte[] NONE = {};

    private final byte[] uuid = new byte[36];
    private boolean made;

    /// The request comes with its own, or has none.
    void received() {
        made = false;
    }

    /// It gets one.
    void make(Worker worker) {
        made = true;
        long high = (worker.chance() & ~0xf000L) | 0x4000L;
        long low = (worker.chance() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        int at = 0;
        for (int digit = 0; digit < 32; digit++) {
            if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
                uuid[at++] = '-';
            }
            long half = digit < 16 ? high : low;
            uuid[at++] = HEX[(int) (half >>> (60 - 4 * (digit & 15))) & 15];
        }
    }

    /// The one that was made, good until the next request; empty when the request came with its own, or has none.
    public byte[] made() {
        return made ? uuid : NONE;
    }

    /// Becomes as `other` is now.
    void copy(RequestId other) {
        made = other.made;
        System.arraycopy(other.uuid, 0, uuid, 0, uuid.length);
    }

    /// Adds it to a request's lines unless it came with them.
    void addTo(HeaderLines added) {
        if (made) {
            begin(added);
            added.append(uuid, 0, uuid.length);
            added.endOwnLine();
        }
    }

    /// Adds it to an answer's lines; `received` are the request's.
    void addTo(HeaderLines added, HeaderLines received) {
        if (!made && received.has(LineKind.REQUEST_ID)) {
            long value = received.first(LineKind.REQUEST_ID);
            begin(added);
            added.append(received.bytes(), Span.start(value), Span.end(value));
            added.endOwnLine();
            return;
        }
        addTo(added);
    }

    /// Appends it to a text, unless the request came with it.
    public void appendTo(StringBuilder out) {
        for (int i = 0; made && i < uuid.length; i++) {
            out.append((char) uuid[i]);
        }
    }

    private static void begin(HeaderLines added) {
        added.beginLine();
        added.append("x-request-id");
        added.separate();
    }
}
