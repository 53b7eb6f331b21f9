package io.heddle.proxy.upstream;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.HealthCheck;
import io.heddle.traffic.resilience.HealthCheck.Result;
import io.heddle.traffic.route.Rewrite;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Asks a host by a request whether it is well. Confined to its loop.
final class HttpProbe implements HostCheck.HostProbe {
    private static final String AGENT = "Heddle/HC";

    private final Worker worker;
    private final Supplier<ConnectionPool> pools;
    private final UpstreamTarget target;
    private final HealthCheck.Probe.Http settings;
    private final boolean reuses;
    private final HostCheck.Answer answer;
    private @Nullable ConnectionPool pool;
    private @Nullable Asked asked;

    /// One on connections of `pools`, each of which serves one check unless it `reuses` them.
    HttpProbe(
            Worker worker,
            Supplier<ConnectionPool> pools,
            UpstreamTarget target,
            HealthCheck.Probe.Http settings,
            boolean reuses,
            HostCheck.Answer answer) {
        this.worker = worker;
        this.pools = pools;
        this.target = target;
        this.settings = settings;
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
        fresh.ticket.asks(settings.http2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1, false);
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

    private HttpRequestHead requestHead(boolean secure) {
        var head = new HttpRequestHead();
        var lines = head.lines();
        var authority = settings.authority().isEmpty() ? target.cluster().name() : settings.authority();
        head.version(settings.http2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
        head.method(text(lines, settings.method()));
        head.scheme(text(lines, secure ? "https" : "http"));
        head.authority(text(lines, authority));
        head.path(text(lines, settings.path()));
        if (settings.headers().stream().noneMatch(header -> header.name().equals("user-agent"))) {
            line(lines, "user-agent", AGENT);
        }
        settings.headers().forEach(header -> line(lines, header.name(), header.value()));
        return head;
    }

    private static long text(HeaderLines lines, String text) {
        int from = lines.length();
        lines.appendSafe(text);
        return Span.of(from, lines.length());
    }

    private static void line(HeaderLines lines, String name, String value) {
        int nameFrom = lines.length();
        lines.appendSafe(name);
        int nameTo = lines.length();
        lines.append(": ");
        int valueFrom = lines.length();
        lines.appendSafe(value);
        int valueTo = lines.length();
        lines.append("\r\n");
        lines.end(lines.length());
        lines.add(nameFrom, nameTo, valueFrom, valueTo);
    }

    /// One request and its answer.
    private final class Asked implements UpstreamListener {
        private final ConnectionTicket ticket = new ConnectionTicket(this);
        private @Nullable UpstreamStream stream;
        private int status;

        private void cancel() {
            var current = stream;
            stream = null;
            if (current != null) {
                current.cancel();
            } else {
                ticket.cancel();
            }
        }

        @SuppressWarnings("ReferenceEquality") // each is one request
        private void over(Result result) {
            stream = null;
            if (asked == this) {
                asked = null;
                if (!reuses) {
                    close();
                }
                answer.came(result);
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
            var head = requestHead(target.tls().isPresent());
            var lines = worker.editedLines().received(head.lines(), 0);
            fresh.send(new OutgoingRequest(head, Rewrite.NONE, target.cluster().name(), lines, "", true));
            fresh.end(HeaderLines.EMPTY);
            fresh.flush();
        }

        @Override
        public void failed(UpstreamFailure failure) {
            over(Result.NETWORK);
        }

        @Override
        public void interim(HttpResponseHead head) {
            // The answer follows.
        }

        @Override
        public void head(HttpResponseHead head, boolean complete) {
            status = head.status();
        }

        @Override
        public void body(ByteBuf piece) {
            piece.release();
        }

        @Override
        public void end(HeaderLines trailers) {
            over(settings.judge(status));
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
