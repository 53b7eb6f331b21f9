package io.heddle.bench;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.OutgoingRequest;
import io.heddle.proxy.http2.Flood;
import io.heddle.proxy.http2.Http2Connection;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.http2.Http2HeadLimits;
import io.heddle.proxy.http2.Http2HeadWriter;
import io.heddle.proxy.http2.Http2Owner;
import io.heddle.proxy.http2.Http2Stream;
import io.heddle.proxy.http2.Http2StreamListener;
import io.heddle.proxy.http2.Http2Transport;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.runtime.Http2Options;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A request of eleven fields and its answer of 256 bytes over HTTP/2, both ends, without sockets: HPACK and frames are
/// written twice and read twice. The request id is another one each time.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(1)
public class Http2Benchmark {
    private static final Http2HeadLimits LIMITS = new Http2HeadLimits(Http2Options.DEFAULT, 60 * 1024, 100);
    private static final int BODY = 256;

    private final HttpRequestHead head = new HttpRequestHead();
    private final EditedLines lines = new EditedLines();
    private final End client = new End();
    private final End server = new End();
    private final HeaderLines answerLines = new HeaderLines();
    private long number;

    /// Connects the two ends.
    @Setup
    public void setUp() {
        client.connection = Http2Connection.client(client, client, LIMITS);
        server.connection = Http2Connection.server(server, server, LIMITS);
        line(head.lines(), "host", "reviews.default.svc.cluster.local");
        line(head.lines(), "user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36");
        line(head.lines(), "accept", "application/json");
        line(head.lines(), "accept-encoding", "gzip, deflate");
        line(head.lines(), "x-forwarded-proto", "http");
        line(head.lines(), "cookie", "session=0123456789abcdef0123456789abcdef");
        line(head.lines(), "x-tenant", "blue");
        head.method(append("GET"));
        head.path(append("/reviews/1?page=2"));
        head.authority(head.lines().value(0));
        line(answerLines, "content-type", "application/json");
        line(answerLines, "content-length", Integer.toString(BODY));
        line(answerLines, "server", "reviews");
    }

    private long append(String text) {
        int start = head.lines().length();
        head.lines().append(text);
        return Span.of(start, head.lines().length());
    }

    private static void line(HeaderLines to, String name, String value) {
        to.beginLine();
        to.append(name);
        to.endName();
        to.append(value);
        to.endLine();
    }

    /// One request and its answer.
    @Benchmark
    public int exchange() {
        var stream = client.connection().open(client);
        client.stream = stream;
        lines.received(head.lines(), 0);
        lines.add("x-request-id", Long.toHexString(number++ * 0x9E3779B97F4A7C15L));
        Http2HeadWriter.request(stream, new OutgoingRequest(head, Rewrite.NONE, "", lines, "", true));
        client.carryTo(server);
        var asked = server.stream();
        lines.received(answerLines, 0);
        Http2HeadWriter.response(asked, 200, lines, false);
        asked.data(PooledByteBufAllocator.DEFAULT.directBuffer(BODY).writerIndex(BODY));
        asked.end(HeaderLines.EMPTY);
        asked.release();
        server.carryTo(client);
        stream.release();
        return client.received;
    }

    /// One end, which also listens to its streams.
    private static final class End implements Http2Transport, Http2Owner, Http2StreamListener {
        private @Nullable Http2Connection connection;
        private @Nullable Http2Stream stream;
        private @Nullable ByteBuf written;
        private int received;

        private Http2Connection connection() {
            if (connection == null) {
                throw new IllegalStateException("not connected");
            }
            return connection;
        }

        private Http2Stream stream() {
            if (stream == null) {
                throw new IllegalStateException("no stream");
            }
            return stream;
        }

        private void carryTo(End other) {
            connection().flush();
            var bytes = written;
            written = null;
            if (bytes != null) {
                other.connection().read(bytes);
                bytes.release();
            }
        }

        @Override
        public ByteBuf buffer(int capacity) {
            return PooledByteBufAllocator.DEFAULT.directBuffer(capacity);
        }

        @Override
        public void write(ByteBuf bytes) {
            if (written == null) {
                written = bytes;
            } else {
                written.writeBytes(bytes);
                bytes.release();
            }
        }

        @Override
        public void flush() {
            // What was written is carried by hand.
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void flushSoon() {
            // The benchmark flushes itself.
        }

        @Override
        public void close() {
            throw new IllegalStateException("closed");
        }

        @Override
        public long now() {
            return 0;
        }

        @Override
        public Http2StreamListener listener(Http2Stream fresh) {
            stream = fresh;
            return this;
        }

        @Override
        public void settled() {
            // Nothing waits for it.
        }

        @Override
        public void goingAway() {
            throw new IllegalStateException("going away");
        }

        @Override
        public void streamClosed() {
            // Nothing waits for it.
        }

        @Override
        public void discarded(Http2StreamListener listener) {
            throw new IllegalStateException("too many streams");
        }

        @Override
        public void failed(Http2Error error, String reason) {
            throw new IllegalStateException(error + " " + reason);
        }

        @Override
        public void flooded(Flood flood) {
            throw new IllegalStateException("flood of " + flood);
        }

        @Override
        public void head(boolean complete) {
            received++;
        }

        @Override
        public void refused(HeadResult result) {
            throw new IllegalStateException(result.reason());
        }

        @Override
        public void interim() {
            throw new IllegalStateException("interim");
        }

        @Override
        public void data(ByteBuf piece) {
            received += piece.readableBytes();
            piece.release();
        }

        @Override
        public void end(HeaderLines trailers) {
            received++;
        }

        @Override
        public void reset(Http2Error error, boolean processed) {
            throw new IllegalStateException("reset " + error);
        }

        @Override
        public void writable() {
            // Nothing waits for it.
        }
    }
}
