package io.heddle.proxy.upstream.health;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.proxy.upstream.health.HostCheck.Finding;
import io.heddle.proxy.upstream.pool.ConnectionPool;
import io.heddle.proxy.upstream.pool.ConnectionTicket;
import io.heddle.proxy.upstream.pool.UpstreamListener;
import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.heddle.traffic.resilience.health.HealthCheck.Result;
import io.heddle.traffic.route.Rewrite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Asks a host by a request whether it is well. Confined to its loop.
final class HttpProbe implements HostCheck.HostProbe {
    private final Worker worker;
    private final Supplier<ConnectionPool> pools;
    private final UpstreamTarget target;
    private final HealthQuestion question;
    private final boolean reuses;
    private final HostCheck.Answer answer;
    private @Nullable ConnectionPool pool;
    private @Nullable Asked asked;

    /// One on connections of `pools`, each of which serves one check unless it `reuses` them.
    HttpProbe(
            Worker worker,
            Supplier<ConnectionPool> pools,
            UpstreamTarget target,
            HealthQuestion question,
            boolean reuses,
            HostCheck.Answer answer) {
        this.worker = worker;
        this.pools = pools;
        this.target = target;
        this.question = question;
        this.reuses = reuses;
        this.answer = answer;
    }

    @Override
    public void ask() {
        var current = pool;
        if (current == null || !reuses) {
            close();
            current = pools.get();
            pool = current;
        }
        var fresh = new Asked();
        asked = fresh;
        fresh.ticket.asks(question.http2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1, false);
        current.acquire(fresh.ticket);
    }

    @Override
    public void cancel() {
        var current = asked;
        asked = null;
        if (current != null) {
            current.cancel();
        }
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.retire();
            pool = null;
        }
    }

    /// One request and its answer.
    private final class Asked implements UpstreamListener {
        private final ConnectionTicket ticket = new ConnectionTicket(this);
        private @Nullable UpstreamStream stream;
        private final HealthQuestion.Hearing hearing = question.hear();

        private void cancel() {
            hearing.late();
            var current = stream;
            stream = null;
            if (current != null) {
                current.cancel();
            } else {
                ticket.cancel();
            }
        }

        @SuppressWarnings("ReferenceEquality") // each is one request
        private void over(Finding finding) {
            stream = null;
            if (asked == this) {
                asked = null;
                if (!reuses) {
                    close();
                }
                answer.came(finding);
            }
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // each is one request
        public void ready(UpstreamStream fresh) {
            if (asked != this) {
                fresh.cancel();
                return;
            }
            stream = fresh;
            var head = question.head(target.tls().isPresent());
            var body = question.body();
            var lines = worker.editedLines().received(head.lines(), 0);
            fresh.send(new OutgoingRequest(head, Rewrite.NONE, target.cluster().name(), lines, "", body.length == 0));
            if (body.length > 0) {
                fresh.body(Unpooled.wrappedBuffer(body));
            }
            fresh.end(HeaderLines.EMPTY);
            fresh.flush();
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // each is one request
        public void failed(UpstreamFailure failure) {
            if (asked == this) {
                hearing.broken();
            }
            over(Finding.of(Result.NETWORK));
        }

        @Override
        public void interim(HttpResponseHead head) {
            // The answer follows.
        }

        @Override
        public void head(HttpResponseHead head, boolean complete) {
            hearing.head(head);
        }

        @Override
        public void body(ByteBuf piece) {
            hearing.body(piece);
            piece.release();
        }

        @Override
        public void end(HeaderLines trailers) {
            over(new Finding(hearing.end(trailers), hearing.status()));
        }

        @Override
        public void readComplete() {
            // Nothing waits to be sent.
        }

        @Override
        public void writable() {
            // Nothing waits to be sent.
        }
    }
}
