package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.traffic.request.HeaderEdits;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A host's answer on its way to the client: its head as the route and the filters change it, its body as it comes, or
/// through what the filters do to it. Part of its [HttpExchange], reused with it.
final class AnswerRelay {
    private final HttpExchange exchange;
    private final ClientStream client;
    private final Tries tries;
    private final HopHeaders headers;
    private final ExchangeFormat format;
    private final AnswerChanges changes;
    private final HeaderEdits noEdits = new HeaderEdits();
    private @Nullable FilteredAnswer filtered;

    AnswerRelay(HttpExchange exchange, ClientStream client, Tries tries, HopHeaders headers, ExchangeFormat format) {
        this.exchange = exchange;
        this.client = client;
        this.tries = tries;
        this.headers = headers;
        this.format = format;
        this.changes = new AnswerChanges(tries, format);
    }

    /// What route and filters change in the head of an answer.
    AnswerChanges changes() {
        return changes;
    }

    /// Sends the head; whether it changes the protocol to `upgrade`.
    boolean head(HttpResponseHead answer, boolean complete, @Nullable FilterRunner filters, String upgrade) {
        boolean edited = changes.any(filters) || tries.choice().tellsClient();
        format.answered(answer.lines());
        var edits = edited ? changes.edits(filters) : noEdits;
        format.sending();
        tries.choice().tellClient(edits);
        var request = format.received();
        if (OutgoingRequest.isUpgrade(upgrade, answer.status())) {
            tries.tunnel();
            client.tunnel(answer, headers.answer(answer.lines(), edits, request));
            return true;
        }
        var shown = answer;
        if (filters != null && filters.seesAnswer()) {
            var seen = filters.bodies().answer();
            shown = seen.show(answer, !complete, edits);
            filtered = seen.changes() ? seen : null;
        }
        client.head(shown, headers.answer(shown.lines(), edits, request), complete);
        return false;
    }

    /// Takes back what was written of the answer, so that another one can take its place; false when some
    /// of it is on its way, or `filters` have seen it.
    boolean retract(@Nullable FilterRunner filters) {
        boolean gone = (filters == null || !filters.seesAnswer()) && client.retract();
        if (gone) {
            format.timeline().grpcStatus = -1;
            format.clear();
        }
        return gone;
    }

    /// Takes a piece of the body, which is its own from then on.
    void body(ByteBuf piece) {
        if (filtered == null) {
            send(piece);
            return;
        }
        filtered.take(piece);
        if (filtered != null && filtered.isFull()) {
            tries.readAnswer(false);
        }
    }

    /// Sends a piece of the body, as the filters have left it.
    void send(ByteBuf piece) {
        format.timeline().bytesSent += piece.readableBytes();
        client.body(piece);
        if (!client.isWritable()) {
            client.flush();
            tries.readAnswer(client.isWritable());
        }
    }

    /// The host has sent all of it.
    void end(HeaderLines trailers) {
        format.ended(trailers);
        if (filtered == null) {
            exchange.answerEnded(trailers);
        } else {
            tries.answered(); // Its connection is no longer ours, though some of the answer may wait here.
            filtered.complete(trailers);
        }
    }

    /// The host has no more for now.
    void pause() {
        if (filtered != null) {
            filtered.pause();
        }
        client.flush();
    }

    /// Some of the body has gone on that was held back.
    void moved() {
        pause();
        writable(client.isWritable());
        exchange.moved();
    }

    /// The client takes bytes again, or does not.
    void writable(boolean writable) {
        tries.readAnswer(writable && (filtered == null || !filtered.isFull()));
    }

    /// The exchange is over.
    void clear() {
        filtered = null;
        format.clear();
    }
}
