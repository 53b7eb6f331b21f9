package io.heddle.proxy.exchange;

import io.heddle.proxy.body.BodyOutput;
import io.heddle.proxy.body.BodyPipe;
import io.heddle.proxy.body.Transforms;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.traffic.filter.AnswerFilter;
import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterAnswer;
import io.heddle.traffic.filter.FilterCounter;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to a request whose filters want to see it: shows them its head, the last filter of the chain first, and
/// carries its body through what they do to it. Part of its [HttpExchange], reused with it.
final class FilteredAnswer implements BodyOutput, FilterAnswer {
    private static final byte[] NOTHING = {};

    private final HttpExchange exchange;
    private final Transforms transforms;
    private final BodyPipe pipe = new BodyPipe(this);
    private final List<AnswerFilter> filters = new ArrayList<>(0);
    private HeaderEdits edits = new HeaderEdits();
    private HeaderFields lines = HeaderFields.NONE;
    private int status;
    private boolean local;
    private boolean hasBody;
    private boolean keepsLength;
    private int length;
    private String fault = "";
    private @Nullable ByteArrayOutputStream collected;

    FilteredAnswer(HttpExchange exchange, Transforms transforms) {
        this.exchange = exchange;
        this.transforms = transforms;
    }

    /// `filter` wants to see it.
    void add(AnswerFilter filter) {
        filters.add(filter);
    }

    /// Shows the filters a host's answer; gives its head as it goes on, but for `changes`.
    HttpResponseHead show(HttpResponseHead head, boolean mayHaveBody, HeaderEdits changes) {
        local = false;
        show(head.status(), head.lines(), mayHaveBody, changes);
        return keepsLength ? head : head.reframed();
    }

    /// Shows the filters an answer that is made here, with a body of so many bytes; gives nothing on.
    void showLocal(int code, int bytes, HeaderEdits changes) {
        local = true;
        length = bytes;
        show(code, HeaderFields.NONE, bytes > 0, changes);
    }

    /// What the whole body of an answer made here becomes: nothing, when it cannot be changed ([#fault]).
    byte[] through(byte[] body) {
        fault = "";
        if (pipe.isEmpty()) {
            return body;
        }
        var changed = new ByteArrayOutputStream();
        collected = changed;
        try {
            pipe.piece(ByteBufAllocator.DEFAULT.directBuffer(body.length).writeBytes(body));
            pipe.end(HeaderLines.EMPTY);
        } finally {
            collected = null;
        }
        return fault.isEmpty() ? changed.toByteArray() : NOTHING;
    }

    /// Why the body of an answer made here could not be changed, for logs; empty when it could.
    String fault() {
        return fault;
    }

    private void show(int code, HeaderFields received, boolean mayHaveBody, HeaderEdits changes) {
        status = code;
        lines = received;
        hasBody = mayHaveBody;
        edits = changes;
        keepsLength = true;
        for (int i = filters.size() - 1; i >= 0; i--) {
            filters.get(i).onAnswer(this);
        }
        lines = HeaderFields.NONE;
    }

    /// Whether the body is changed.
    boolean changes() {
        return !pipe.isEmpty();
    }

    /// Takes a piece, which is its own from then on.
    void take(ByteBuf piece) {
        pipe.piece(piece);
    }

    /// The host has sent all of it.
    void complete(HeaderLines trailers) {
        pipe.end(trailers);
    }

    /// The host has no more for now.
    void pause() {
        pipe.pause();
    }

    /// Whether more of it should wait.
    boolean isFull() {
        return pipe.isFull();
    }

    /// The exchange is over, or the filters begin anew.
    void clear() {
        pipe.close();
        filters.clear();
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public boolean local() {
        return local;
    }

    @Override
    public boolean hasBody() {
        return hasBody;
    }

    @Override
    public String header(HeaderName name) {
        var value = edits.value(lines, name);
        return local && hasBody && value.isEmpty() ? ofBody(name) : value;
    }

    /// What the head of an answer made here will say of its body, unless a change says something else.
    private String ofBody(HeaderName name) {
        if (name.equals(HeaderName.CONTENT_LENGTH)) {
            return Integer.toString(length);
        }
        return name.equals(HeaderName.CONTENT_TYPE) ? LocalAnswer.TEXT : "";
    }

    @Override
    public HeaderEdits edits() {
        return edits;
    }

    @Override
    public void changeBody(BodyChange change) {
        // An answer made here is sent at once.
        boolean waits = local && change instanceof BodyChange.Limit;
        if (hasBody && !waits) {
            keepsLength &= change.keepsLength();
            pipe.add(transforms.of(change));
        }
    }

    @Override
    public void count(FilterCounter counter) {
        transforms.count(counter, 1);
    }

    @Override
    public void piece(ByteBuf piece) {
        if (collected == null) {
            exchange.relay().send(piece);
        } else {
            FilteredRequest.append(piece, collected);
            piece.release();
        }
    }

    @Override
    public void end(HeaderLines trailers) {
        if (collected == null) {
            exchange.answerEnded(trailers);
        }
    }

    @Override
    public void fault(String details) {
        if (collected == null) {
            exchange.answerBroken(details);
        } else {
            fault = details; // Nothing is sent yet, so the answer goes without its body.
        }
    }

    @Override
    public void moved() {
        exchange.relay().moved();
    }
}
