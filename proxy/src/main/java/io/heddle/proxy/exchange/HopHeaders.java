package io.heddle.proxy.exchange;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.runtime.NetworkFilter.ForwardClientCertificate;
import java.nio.charset.StandardCharsets;

/// The header lines of a request as they leave this hop: the client's, without those that steer a proxy, and those
/// that a proxy adds: who asked, over what, and by which name logs call the request.
final class HopHeaders {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private final Worker worker;
    private final ClientConnection client;
    private final byte[] uuid = new byte[36];

    HopHeaders(Worker worker, ClientConnection client) {
        this.worker = worker;
        this.client = client;
    }

    /// Begins the lines in the loop's [EditedLines], with `announcement` as `x-heddle-peer` unless that is empty.
    EditedLines lines(
            HttpRequestHead head, HeaderEdits edits, ForwardClientCertificate certificates, String announcement) {
        var received = head.lines();
        int certificate = dropsCertificate(certificates) ? LineKind.bit(LineKind.CLIENT_CERT) : 0;
        var lines = worker.editedLines().start(received, LineKind.bit(LineKind.ENVOY) | certificate, edits);
        if (!received.has(LineKind.REQUEST_ID)) {
            requestId(lines.added());
        }
        if (!received.has(LineKind.FORWARDED_PROTO)) {
            lines.add("x-forwarded-proto", client.peer().tls() ? "https" : "http");
        }
        certificate(lines.added(), received, certificates);
        if (!announcement.isEmpty()) {
            lines.add("x-heddle-peer", announcement);
        }
        return lines;
    }

    private boolean dropsCertificate(ForwardClientCertificate mode) {
        return switch (mode) {
            case SANITIZE, SANITIZE_SET, APPEND_FORWARD -> true;
            case FORWARD_ONLY -> client.peer().principal().isEmpty();
            case ALWAYS_FORWARD_ONLY -> false;
        };
    }

    private void certificate(HeaderLines added, HeaderLines received, ForwardClientCertificate mode) {
        boolean sets = mode == ForwardClientCertificate.SANITIZE_SET || mode == ForwardClientCertificate.APPEND_FORWARD;
        if (!sets || client.certificate().isEmpty()) {
            return;
        }
        added.beginLine();
        added.append("x-forwarded-client-cert");
        added.separate();
        long before = received.first(LineKind.CLIENT_CERT);
        if (mode == ForwardClientCertificate.APPEND_FORWARD && Span.isPresent(before)) {
            added.append(received.bytes(), Span.start(before), Span.end(before));
            added.append(",");
        }
        added.appendSafe(client.certificate());
        added.endOwnLine();
    }

    /// A random UUID (RFC 9562, version 4). It names a request in logs; it is no secret.
    private void requestId(HeaderLines added) {
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
        added.beginLine();
        added.append("x-request-id");
        added.separate();
        added.append(uuid, 0, uuid.length);
        added.endOwnLine();
    }
}
