package io.heddle.proxy.upstream.health;

import io.heddle.proxy.loop.BrokenConnection;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.HealthCheck.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Asks a host by a connection whether it is well: a new one for each check, so that it is seen that it accepts one.
/// Confined to its loop.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class TcpProbe implements HostCheck.HostProbe {
    /// So many bytes of an answer are looked at; a host that says more without what is expected is not well.
    private static final int MOST = 64 * 1024;

    private final Supplier<RawConnector> connectors;
    private final HealthCheck.Probe.Tcp settings;
    private final HostCheck.Answer answer;
    private @Nullable Asked asked;

    TcpProbe(Supplier<RawConnector> connectors, HealthCheck.Probe.Tcp settings, HostCheck.Answer answer) {
        this.connectors = connectors;
        this.settings = settings;
        this.answer = answer;
    }

    @Override
    public void ask() {
        var connector = connectors.get();
        var fresh = new Asked();
        asked = fresh;
        connector.target().connectAnyway();
        connector.connectCounted(fresh, false, fresh);
    }

    @Override
    public void cancel() {
        var current = asked;
        asked = null;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public void close() {
        // Each check has closed its connection.
    }

    /// One connection and what came on it.
    private final class Asked extends ChannelInboundHandlerAdapter implements RawConnector.Outcome {
        private final StringBuilder received = new StringBuilder();
        private @Nullable Channel channel;

        private void close() {
            if (channel != null) {
                channel.close();
            }
        }

        @SuppressWarnings("ReferenceEquality") // each is one check
        private void over(Result result) {
            close();
            if (asked == this) {
                asked = null;
                answer.came(HostCheck.Finding.of(result));
            }
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // each is one check
        public void connected(Channel open) {
            channel = open;
            if (asked != this) {
                open.close();
                return;
            }
            if (!settings.send().isEmpty()) {
                open.writeAndFlush(Unpooled.copiedBuffer(settings.send(), StandardCharsets.ISO_8859_1));
            }
            look();
        }

        private void look() {
            if (channel == null) {
                return; // it may speak before TLS is known to stand
            }
            if (settings.isSatisfiedBy(received.toString())) {
                over(Result.WELL);
            } else if (received.length() > MOST) {
                over(Result.ILL);
            }
        }

        @Override
        public void failed(UpstreamFailure failure) {
            over(Result.NETWORK);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var bytes = (ByteBuf) message;
            received.append(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
            look();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            over(Result.NETWORK);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            BrokenConnection.tell("host", cause);
            ctx.close();
        }
    }
}
