package io.heddle.proxy.exchange;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A request's body on its way: to the stream of the current try, once there is one, to the mirrors, and into a
/// [ReplayBuffer] for the tries to come. Part of its [Tries].
final class RequestBody {
    private final Mirrors mirrors;
    private final ReplayBuffer replay = new ReplayBuffer();
    private HeaderLines trailers = HeaderLines.EMPTY;
    private boolean ended;

    RequestBody(Mirrors mirrors) {
        this.mirrors = mirrors;
    }

    /// A request begins, or begins anew elsewhere with what is kept of it; `complete` tells that no more comes.
    void start(boolean complete) {
        ended = complete;
    }

    /// At most so many bytes of it are kept for another try.
    void limit(int bytes) {
        replay.limit(bytes);
    }

    /// Whether all of it has come.
    boolean ended() {
        return ended;
    }

    /// Whether there is none at all, as far as can be known: all of it has come, and it is nothing.
    boolean isNothing() {
        return ended && replay.isEmpty() && replay.isComplete() && trailers.count() == 0;
    }

    /// Takes a piece, for `stream` if there is one; false when the next one should wait.
    boolean piece(ByteBuf piece, @Nullable UpstreamStream stream) {
        mirrors.body(piece);
        if (stream == null) {
            replay.keep(piece, true);
            piece.release();
            return !replay.isFull();
        }
        replay.keep(piece, false);
        stream.body(piece);
        if (!stream.isWritable()) {
            stream.flush();
        }
        return stream.isWritable();
    }

    /// It is complete. The trailers stay as they are until the exchange is over.
    void end(HeaderLines following, @Nullable UpstreamStream stream) {
        ended = true;
        trailers = following;
        mirrors.requestEnded(following);
        if (stream != null) {
            stream.end(following);
        }
    }

    /// Sends what has come so far to the stream of a new try.
    void sendTo(UpstreamStream stream) {
        replay.replay(stream);
        if (ended) {
            stream.end(trailers);
        }
    }

    /// Gives new mirrors what has come so far: a request may have waited, or come back from a redirect.
    void copySoFar() {
        if (replay.isEmpty() && (!ended || isNothing())) {
            return;
        }
        replay.forEach(mirrors::body);
        if (ended) {
            mirrors.requestEnded(trailers);
        }
    }

    /// Gives all that has come so far to filters, through which it comes back.
    void giveTo(FilteredRequest filtered) {
        boolean whole = ended;
        var following = trailers;
        ended = false;
        trailers = HeaderLines.EMPTY;
        replay.give(filtered::take);
        if (whole) {
            filtered.complete(following);
        }
    }

    /// Whether it can be sent again, so far.
    boolean canBeSentAgain() {
        return replay.isComplete();
    }

    /// It will not be sent again.
    void letGo() {
        replay.drop();
    }

    /// The request is over.
    void clear() {
        trailers = HeaderLines.EMPTY;
        replay.clear();
    }
}
