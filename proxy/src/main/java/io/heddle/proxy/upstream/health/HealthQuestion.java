package io.heddle.proxy.upstream.health;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.WrittenHead;
import io.heddle.traffic.grpc.GrpcFigures;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.health.GrpcHealth;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.HealthCheck.Result;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a check asks by a request, and what the answer means. Immutable.
sealed interface HealthQuestion {
    /// Whether HTTP/2 is spoken.
    boolean http2();

    /// The head of the request; `secure` tells that the connection has TLS.
    HttpRequestHead head(boolean secure);

    /// What follows the head; nothing for no body.
    byte[] body();

    /// Hears an answer.
    Hearing hear();

    /// What came of one answer so far.
    sealed interface Hearing {
        /// Its head.
        void head(HttpResponseHead head);

        /// A piece of its body, which stays the caller's.
        void body(ByteBuf piece);

        /// What it means, now that it is complete.
        Result end(HeaderLines trailers);

        /// The HTTP status of the answer, where that is what counts; else, and before its head, 0.
        int status();

        /// No whole answer came, because the host was not reached or the connection ended.
        void broken();

        /// Nobody waits for it any more, as it took too long.
        void late();
    }

    /// A request, of whose answer the status counts, and what is expected beside it.
    ///
    /// @param authority the `Host`
    record Http(HealthCheck.Probe.Http settings, String authority) implements HealthQuestion {
        @Override
        public boolean http2() {
            return settings.http2();
        }

        @Override
        public HttpRequestHead head(boolean secure) {
            var head = RequestLines.head(
                    settings.http2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1, settings.method(), secure);
            RequestLines.target(head, authority, settings.path());
            RequestLines.lines(head, settings.headers());
            if (!settings.content().send().isEmpty()) {
                int length = settings.content().send().length();
                WrittenHead.line(head.lines(), "content-length", Integer.toString(length));
            }
            return head;
        }

        @Override
        public byte[] body() {
            return settings.content().send().getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public Hearing hear() {
            return new Status(settings);
        }
    }

    /// A call of gRPC's health service.
    ///
    /// @param authority the `:authority`
    /// @param calls where such calls count
    record Grpc(HealthCheck.Probe.Grpc settings, String authority, GrpcFigures calls) implements HealthQuestion {
        private static final List<HealthCheck.Header> LINES = List.of(
                new HealthCheck.Header("te", "trailers"), new HealthCheck.Header("content-type", "application/grpc"));

        @Override
        public boolean http2() {
            return true;
        }

        @Override
        public HttpRequestHead head(boolean secure) {
            var head = RequestLines.head(HttpVersion.HTTP_2, "POST", secure);
            RequestLines.target(head, authority, GrpcHealth.PATH);
            LINES.forEach(line -> WrittenHead.line(head.lines(), line.name(), line.value()));
            RequestLines.lines(head, settings.metadata());
            return head;
        }

        @Override
        public byte[] body() {
            return GrpcHealth.request(settings.service());
        }

        @Override
        public Hearing hear() {
            calls.begun();
            calls.asked(1);
            return new Message(calls);
        }
    }

    /// Looks at the status, and at what is expected beside it.
    final class Status implements Hearing {
        private static final HeaderName LEAVES = HeaderName.of("x-envoy-immediate-health-check-fail");
        private static final HeaderName CALLED = HeaderName.of("x-envoy-upstream-healthchecked-cluster");

        private final StringBuilder received = new StringBuilder();
        private String name = "";
        private final HealthCheck.Probe.Http settings;
        private int status;
        private boolean leaves;

        private Status(HealthCheck.Probe.Http settings) {
            this.settings = settings;
        }

        @Override
        public void head(HttpResponseHead head) {
            status = head.status();
            var lines = head.lines();
            for (int i = 0; i < lines.count(); i++) {
                long line = lines.name(i);
                if (CALLED.matches(lines.bytes(), Span.start(line), Span.end(line))) {
                    name = Span.text(lines.bytes(), lines.value(i));
                }
                leaves |= LEAVES.matches(lines.bytes(), Span.start(line), Span.end(line));
            }
        }

        @Override
        public void body(ByteBuf piece) {
            int more = Math.min(piece.readableBytes(), settings.content().longest() - received.length());
            if (more > 0) {
                received.append(piece.toString(piece.readerIndex(), more, StandardCharsets.ISO_8859_1));
            }
        }

        @Override
        public Result end(HeaderLines trailers) {
            var result = settings.judge(status);
            if (result == Result.RETRIABLE && leaves) {
                return Result.ILL; // it will not pass
            }
            boolean good = result != Result.WELL || settings.content().isSatisfiedBy(name, received.toString());
            return good ? result : Result.ILL;
        }

        @Override
        public int status() {
            return status;
        }

        @Override
        public void broken() {
            // Whoever asks knows it.
        }

        @Override
        public void late() {
            // Whoever asks knows it.
        }
    }

    /// Looks at the message and at the status of the call.
    final class Message implements Hearing {
        private static final int OK = 200;
        private static final int UNKNOWN = 2;
        private static final int DEADLINE_EXCEEDED = 4;
        private static final int UNAVAILABLE = 14;

        private final GrpcFigures calls;
        private final byte[] received = new byte[GrpcHealth.LONGEST];
        private int length;
        private int status;
        private int code = -1;
        private boolean tooLong;

        private Message(GrpcFigures calls) {
            this.calls = calls;
        }

        @Override
        public void head(HttpResponseHead head) {
            status = head.status();
            code = code(head.lines());
        }

        @Override
        public void body(ByteBuf piece) {
            int more = piece.readableBytes();
            if (more > received.length - length) {
                tooLong = true;
                return;
            }
            piece.getBytes(piece.readerIndex(), received, length, more);
            length += more;
        }

        @Override
        public Result end(HeaderLines trailers) {
            int told = code < 0 ? code(trailers) : code;
            calls.ended(told < 0 ? UNKNOWN : told);
            if (length > 0) {
                calls.answered(1);
            }
            boolean ok = status == OK && !tooLong && told == 0;
            return ok && GrpcHealth.isServing(received, length) ? Result.WELL : Result.ILL;
        }

        @Override
        public int status() {
            return 0;
        }

        @Override
        public void broken() {
            calls.ended(UNAVAILABLE);
        }

        @Override
        public void late() {
            calls.ended(DEADLINE_EXCEEDED);
        }

        /// The `grpc-status`, one or two digits; -1 without.
        private static int code(HeaderLines lines) {
            long value = lines.first(LineKind.GRPC_STATUS);
            if (!Span.isPresent(value) || Span.length(value) < 1 || Span.length(value) > 2) {
                return -1;
            }
            int number = 0;
            for (int i = Span.start(value); i < Span.end(value); i++) {
                int digit = lines.bytes()[i] - '0';
                if (digit < 0 || digit > 9) {
                    return -1;
                }
                number = number * 10 + digit;
            }
            return number;
        }
    }
}
