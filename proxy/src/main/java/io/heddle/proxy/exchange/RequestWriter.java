package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http1.HeadWriter;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.balance.Host;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.runtime.NetworkFilter.ForwardClientCertificate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/// Writes the head that goes upstream: the client's bytes without what concerns only its connection, and the lines that
/// a
/// proxy adds.
final class RequestWriter {
    private static final int DROPPED = LineKind.bit(LineKind.CONNECTION)
            | LineKind.bit(LineKind.UPGRADE)
            | LineKind.bit(LineKind.HOP_BY_HOP)
            | LineKind.bit(LineKind.PEER)
            | LineKind.bit(LineKind.ENVOY);
    private static final byte[] REQUEST_ID = "x-request-id: ".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private final Worker worker;
    private final ClientConnection client;
    private final byte[] uuid = new byte[36];

    RequestWriter(Worker worker, ClientConnection client) {
        this.worker = worker;
        this.client = client;
    }

    /// The head for `host`, with `announcement` as `x-heddle-peer` unless that is empty.
    ByteBuf write(
            HttpRequestHead head,
            HeaderEdits edits,
            Rewrite rewrite,
            ForwardClientCertificate certificates,
            Target target) {
        var writer = worker.headWriter().start();
        var lines = head.lines();
        int drop = DROPPED | (dropsCertificate(certificates) ? LineKind.bit(LineKind.CLIENT_CERT) : 0);
        if (rewrite.isNone() && head.hasRequestLine()) {
            writer.request(head, drop, edits);
        } else {
            writer.span(head.bytes(), head.method()).text(" ");
            path(writer, head, rewrite.path());
            writer.text(" HTTP/1.1\r\nhost: ");
            authority(writer, head, rewrite, target.host());
            writer.text("\r\n").headers(lines, drop | LineKind.bit(LineKind.HOST), edits);
        }
        if (!lines.has(LineKind.REQUEST_ID)) {
            writer.bytes(REQUEST_ID).bytes(uuid()).text("\r\n");
        }
        if (!lines.has(LineKind.FORWARDED_PROTO)) {
            writer.text(client.peer().tls() ? "x-forwarded-proto: https\r\n" : "x-forwarded-proto: http\r\n");
        }
        certificate(writer, head, certificates);
        if (!target.announcement().isEmpty()) {
            writer.line("x-heddle-peer", target.announcement());
        }
        return writer.finish(target.channel()::directBuffer, 0);
    }

    /// Where the head goes.
    ///
    /// @param host the host
    /// @param announcement the value of `x-heddle-peer`; empty for none
    /// @param channel where buffers come from
    record Target(Host host, String announcement, ByteBufAllocator channel) {}

    private boolean dropsCertificate(ForwardClientCertificate mode) {
        return switch (mode) {
            case SANITIZE, SANITIZE_SET, APPEND_FORWARD -> true;
            case FORWARD_ONLY -> client.peer().principal().isEmpty();
            case ALWAYS_FORWARD_ONLY -> false;
        };
    }

    private void certificate(HeadWriter writer, HttpRequestHead head, ForwardClientCertificate mode) {
        boolean sets = mode == ForwardClientCertificate.SANITIZE_SET || mode == ForwardClientCertificate.APPEND_FORWARD;
        if (!sets || client.certificate().isEmpty()) {
            return;
        }
        writer.text("x-forwarded-client-cert: ");
        long before = head.lines().first(LineKind.CLIENT_CERT);
        if (mode == ForwardClientCertificate.APPEND_FORWARD && Span.isPresent(before)) {
            writer.span(head.bytes(), before).text(",");
        }
        writer.safe(client.certificate()).text("\r\n");
    }

    private static void authority(HeadWriter writer, HttpRequestHead head, Rewrite rewrite, Host host) {
        if (rewrite.host().isPresent()) {
            writer.safe(rewrite.host().get());
        } else if (Span.isPresent(head.authority())) {
            writer.span(head.bytes(), head.authority());
        } else {
            writer.safe(host.endpoint().key());
        }
    }

    /// Writes the path as `change` wants it, its query unchanged.
    static void path(HeadWriter writer, HttpRequestHead head, Rewrite.Path change) {
        long path = head.path();
        if (change instanceof Rewrite.Path.Keep) {
            writer.span(head.bytes(), path);
            return;
        }
        int query = query(head);
        var text = Span.text(head.bytes(), Span.of(Span.start(path), query));
        writer.safe(change.apply(text)).bytes(head.bytes(), query, Span.end(path));
    }

    /// Where the query begins, with its question mark; the path's end without one.
    static int query(HttpRequestHead head) {
        int end = Span.end(head.path());
        for (int i = Span.start(head.path()); i < end; i++) {
            if (head.bytes()[i] == '?') {
                return i;
            }
        }
        return end;
    }

    /// A random UUID (RFC 9562, version 4). It names a request in logs; it is no secret.
    private byte[] uuid() {
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
        return uuid;
    }
}
