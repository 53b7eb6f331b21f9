package io.heddle.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.heddle.proxy.exchange.head.ClientConnection;
import io.heddle.proxy.exchange.head.ForwardedCertificate;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExchangeFormatTest {
    private static final HeaderName WHO = HeaderName.of("x-who");

    private final EventLoops loops = new EventLoops(1);

    @AfterEach
    void close() {
        loops.close();
    }

    private ExchangeFormat format(boolean logged) {
        var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        var client = new ClientConnection(
                new Peer(here, here, false, Optional.empty(), Optional.empty()),
                ForwardedCertificate.NONE,
                ConnectionFacts.NONE,
                "",
                Optional.empty(),
                Optional.empty());
        var format = new ExchangeFormat(
                new RequestTimeline(), new HopHeaders(loops.workers().getFirst(), client), new Asking(logged));
        format.start(new HttpRequestHead());
        return format;
    }

    /// Writes logs that ask for lines of answers, or none that do.
    private record Asking(boolean logged) implements RequestObserver {
        @Override
        public boolean asksAnswer(RequestTimeline timeline) {
            return logged;
        }

        @Override
        public void finished(RequestTimeline timeline) {
            // It asks no more.
        }
    }

    private static HeaderLines lines(String name, String value) {
        var lines = new HeaderLines();
        lines.addOwnLine(name, value);
        return lines;
    }

    private static String who(HeaderFields fields) {
        long span = fields.header(WHO);
        return Span.isPresent(span) ? Span.text(fields.bytes(), span) : "";
    }

    /// The host's connection serves others while the end of the answer is still on its way to the client.
    @Test
    void what_logs_want_of_an_answer_stays_when_the_hosts_connection_has_another() {
        var format = format(true);
        var answer = lines("x-who", "mine");
        var trailers = lines("x-who", "still mine");
        format.answered(answer);
        format.ended(trailers);
        answer.clear();
        answer.addOwnLine("x-who", "another's");
        trailers.clear();
        assertThat(who(format.response())).isEqualTo("mine");
        assertThat(who(format.trailers())).isEqualTo("still mine");
        format.start(new HttpRequestHead());
        assertThat(format.response().headerCount()).isZero();
        format.answered(answer);
        assertThat(who(format.response())).as("the next request's").isEqualTo("another's");
        assertThat(format.response().headerCount()).isEqualTo(1);
    }

    @Test
    void an_answer_that_no_log_asks_for_is_not_copied() {
        var format = format(false);
        var answer = lines("x-who", "mine");
        format.answered(answer);
        format.ended(HeaderLines.EMPTY);
        assertThat(format.response()).isSameAs(answer);
        assertThat(format.trailers()).isSameAs(HeaderLines.EMPTY);
    }

    @Test
    void the_body_of_an_answer_made_here_is_copied_for_whom_asks_for_it_alone() {
        var format = format(false);
        var replies = new LocalReplies(loops.workers().getFirst(), format);
        int size = 8 << 20;
        var made = LocalReply.of(503, "é".repeat(size), ResponseFlag.OVERLOAD_MANAGER, "overload");
        replies.settle(made, ReplyRules.NONE, new HttpRequestHead());
        long before = allocated();
        replies.settle(made, ReplyRules.NONE, new HttpRequestHead());
        assertThat(allocated() - before).isLessThan(size / 2);
        var text = new StringBuilder();
        format.append(Operator.LOCAL_REPLY_BODY, text);
        assertThat(text).hasSize(2 * size).startsWith("\u00c3\u00a9");
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
