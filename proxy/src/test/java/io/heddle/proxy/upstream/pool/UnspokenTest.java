package io.heddle.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnspokenTest {
    private final IOException reset = new IOException("reset by peer");

    @Test
    void a_reset_before_the_protocol_is_known_closes_and_is_nobody_elses() {
        var channel = new EmbeddedChannel(new Unspoken());
        channel.pipeline().fireExceptionCaught(reset);
        assertThat(channel.isOpen()).isFalse();
        channel.checkException(); // throws what reaches the end of the pipeline
    }

    @Test
    void afterwards_the_protocol_hears_of_it() {
        var heard = new ArrayList<Throwable>();
        var channel = new EmbeddedChannel(new Unspoken(), new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                heard.add(cause);
            }
        });
        channel.pipeline().fireExceptionCaught(reset);
        assertThat(channel.isOpen()).isTrue();
        assertThat(heard).isEqualTo(List.of(reset));
    }
}
