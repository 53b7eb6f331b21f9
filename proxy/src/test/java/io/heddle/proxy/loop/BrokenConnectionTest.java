package io.heddle.proxy.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.unix.Errors;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BrokenConnectionTest {
    @Test
    void what_peers_do_is_no_bug() {
        for (var cause : List.of(
                new IOException("reset"),
                new ClosedChannelException(),
                new Errors.NativeIoException("recvAddress", -104),
                new SSLHandshakeException("no certificate"),
                new DecoderException(new SSLHandshakeException("no certificate")),
                new TooLongFrameException("too long"))) {
            assertThat(BrokenConnection.isOfPeer(cause)).as(cause.toString()).isTrue();
        }
        for (var cause : List.of(
                new ArithmeticException("long overflow"),
                new DecoderException(new IllegalStateException("used twice")),
                new OutOfMemoryError("direct"))) {
            assertThat(BrokenConnection.isOfPeer(cause)).as(cause.toString()).isFalse();
        }
    }

    @Test
    void a_bug_is_told_with_its_stack_and_not_each_time() {
        var logger = (Logger) LoggerFactory.getLogger(BrokenConnection.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        logger.addAppender(lines);
        try {
            BrokenConnection.tell("client", new IOException("reset"));
            for (int i = 0; i < 1000; i++) {
                BrokenConnection.tell("client", new ArithmeticException("long overflow"));
            }
        } finally {
            logger.detachAppender(lines);
        }
        var errors = lines.list.stream()
                .filter(line -> line.getLevel() == Level.ERROR)
                .toList();
        assertThat(errors).hasSizeBetween(1, 100);
        assertThat(errors.getFirst().getThrowableProxy().getMessage()).isEqualTo("long overflow");
    }
}
