package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The half of a WebSocket's opening that only HTTP/1.1 has: a key in the request, and a proof in the
/// answer that the host has read it (RFC 6455, sections 4.1 and 4.2.2). HTTP/2 leaves both out (RFC 8441,
/// section 5), so they are made or taken away where a request changes its version of HTTP. Where it keeps
/// it they pass as they are.
///
/// A proof is what `sec-websocket-accept` says; an empty one stands for an opening that needs none made or
/// checked.
final class WebSocketHandshake {
    private static final String WEBSOCKET = "websocket";
    private static final HeaderName VERSION = HeaderName.of("sec-websocket-version");
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_SIZE = 16;

    private WebSocketHandshake() {}

    /// Adds a fresh key to a request by HTTP/2 that goes on by HTTP/1.1; the proof that its host owes.
    static String toHttp1(OutgoingRequest request, Worker worker) {
        if (!request.upgrade().equals(WEBSOCKET) || request.head().version() != HttpVersion.HTTP_2) {
            return "";
        }
        var nonce = ByteBuffer.allocate(KEY_SIZE).putLong(worker.chance()).putLong(worker.chance());
        var key = Base64.getEncoder().encodeToString(nonce.array());
        var lines = request.lines();
        lines.drop(LineKind.bit(LineKind.WEBSOCKET_KEY));
        lines.add("sec-websocket-key", key);
        if (!lines.has(VERSION)) {
            lines.add("sec-websocket-version", "13");
        }
        return proof(key);
    }

    /// Takes the key off a request by HTTP/1.1 that goes on by HTTP/2; the proof that is owed to its client.
    static String toHttp2(OutgoingRequest request) {
        if (!request.upgrade().equals(WEBSOCKET) || request.head().version() == HttpVersion.HTTP_2) {
            return "";
        }
        request.lines().drop(LineKind.bit(LineKind.WEBSOCKET_KEY));
        long key = request.head().lines().first(LineKind.WEBSOCKET_KEY);
        return Span.isPresent(key) ? proof(Span.text(request.head().bytes(), key)) : "";
    }

    /// Whether an HTTP/1.1 host that owes `proof` gives it, once and exactly. A success without a change of
    /// protocol would tell an HTTP/2 client that its WebSocket is open, so it is none; a refusal needs no
    /// proof.
    static boolean proves(HttpResponseHead answer, String proof) {
        if (proof.isEmpty() || answer.status() >= 300 || (answer.status() < 200 && answer.status() != 101)) {
            return true;
        }
        var lines = answer.lines();
        int found = 0;
        boolean right = answer.status() == 101;
        for (int i = 0; i < lines.count(); i++) {
            if (lines.kind(i) == LineKind.WEBSOCKET_ACCEPT) {
                found++;
                right &= is(answer.bytes(), lines.value(i), proof);
            }
        }
        return right && found == 1;
    }

    private static boolean is(byte[] bytes, long span, String text) {
        return Span.length(span) == text.length() && Span.text(bytes, span).equals(text);
    }

    /// Puts `proof` into the answer of an HTTP/2 host.
    static void prove(HttpResponseHead answer, String proof) {
        answer.removeLines(LineKind.WEBSOCKET_ACCEPT);
        answer.lines().addOwnLine("sec-websocket-accept", proof);
    }

    private static String proof(String key) {
        try {
            var text = (key + MAGIC).getBytes(StandardCharsets.ISO_8859_1);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-1", missing);
        }
    }
}
