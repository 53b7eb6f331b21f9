package io.heddle.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.heddle.proxy.exchange.head.ClientConnection;
import io.heddle.proxy.exchange.head.ForwardedCertificate;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.ResponseFlag;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExchangeFormatTest {
    private final EventLoops loops = new EventLoops(1);

    @AfterEach
    void close() {
        loops.close();
    }

    private ExchangeFormat format() {
        var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        var client = new ClientConnection(
                new Peer(here, here, false, Optional.empty(), Optional.empty()),
                ForwardedCertificate.NONE,
                "",
                Optional.empty(),
                Optional.empty());
        var format = new ExchangeFormat(new RequestTimeline(), new HopHeaders(loops.workers().getFirst(), client));
        format.start(new HttpRequestHead());
        return format;
    }

    @Test
    void the_body_of_an_answer_made_here_is_copied_for_whom_asks_for_it_alone() {
        var format = format();
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
