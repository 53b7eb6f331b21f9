package io.heddle.proxy.downstream;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http1.BodyReader;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// What is left of a request's body that nobody wants any more, since the request is answered.
enum BodyRest {
    /// Nothing.
    DONE,
    /// So little that it is read and dropped, for the sake of the next request on the connection.
    LITTLE,
    /// More, or nobody knows how much.
    MUCH,
    /// It is malformed, so nobody knows where the next request begins.
    BROKEN;

    /// As much as is dropped: what a client may have sent before it can know that it is answered.
    static final int MOST = 64 * 1024;

    /// What the connection waits for, then.
    Http1State state() {
        return switch (this) {
            case DONE -> Http1State.ANSWER;
            case LITTLE -> Http1State.REST;
            case MUCH, BROKEN -> Http1State.BODY;
        };
    }

    /// What is left of the `body` of the request `head`. The bytes in `held`, if any, are the next of it; of
    /// a chunked body they are read here. No more will come than these where the client has `stopped`.
    static BodyRest of(BodyReader body, HttpRequestHead head, @Nullable ByteBuf held, boolean stopped) {
        if (body.complete()) {
            return DONE;
        }
        var bytes = held == null ? Unpooled.EMPTY_BUFFER : held;
        long left = body.remaining();
        if (left < 0) {
            boolean good = body.read(bytes, ByteBuf::release);
            return good ? (body.complete() ? DONE : MUCH) : BROKEN;
        }
        // A client that waits for a 100 may never send its body, or has begun to: nobody can know.
        boolean mayStayAway = stopped || Span.isPresent(head.part(HeaderName.EXPECT));
        return left <= (mayStayAway ? bytes.readableBytes() : MOST) ? LITTLE : MUCH;
    }
}
