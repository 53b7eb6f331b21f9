package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http1.Http1RequestReader;
import io.heddle.traffic.explain.Call;
import io.heddle.traffic.explain.Heads;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Receives the head of a call that is explained as a connection of HTTP/1.1 would: by the same reader, the same
/// rules of the listener, the same word about who sent it. Without state; safe on any thread.
public final class ReceivedHeads implements Heads {
    @Override
    public Received receive(Call call, NetworkFilter.Http settings, List<HeaderName> internalOnly) {
        var reader = Http1RequestReader.under(settings);
        var result = reader.read(Unpooled.wrappedBuffer(bytes(call)));
        var head = reader.head();
        if (result != HeadResult.DONE) {
            return new Received.Refused(LocalReply.of(
                    result.status(), result.reason() + "\n", ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, result.details()));
        }
        var refused = HeadRules.apply(head, settings, call.peer());
        return refused.isPresent() ? new Received.Refused(refused.get()) : taken(call, settings, head, internalOnly);
    }

    private static Received taken(
            Call call, NetworkFilter.Http settings, HttpRequestHead head, List<HeaderName> internalOnly) {
        var how = settings.heads().client();
        var peer = HopHeaders.peer(call.peer(), HopHeaders.believed(head.lines(), how));
        boolean internal = HopHeaders.isInternal(head.lines(), how, peer);
        boolean https = HopHeaders.https(head, how, call.peer());
        var upgrade = head.upgrade();
        if (!internal) {
            HeadRules.remove(head, internalOnly);
        }
        return new Received.Taken(head, peer, https, internal, upgrade);
    }

    private static byte[] bytes(Call call) {
        var text =
                new StringBuilder(call.method()).append(' ').append(call.path()).append(" HTTP/1.1\r\n");
        if (!call.authority().isEmpty()) {
            text.append("host: ").append(call.authority()).append("\r\n");
        }
        call.headers()
                .forEach(line -> text.append(line.name())
                        .append(": ")
                        .append(line.value())
                        .append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
