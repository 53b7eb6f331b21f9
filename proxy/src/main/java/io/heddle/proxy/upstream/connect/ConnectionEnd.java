package io.heddle.proxy.upstream.connect;

import io.heddle.proxy.observe.ConnectionFacts;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;

/// Finds out which side ends a connection to a host, or to a client, and when it was made, first in its pipeline: what
/// this side closes goes through here, what the other closes does not. Confined to its loop.
public final class ConnectionEnd extends ChannelDuplexHandler {
    private boolean here;
    private boolean there;
    private final long begun;
    private long stood;
    private long secured;

    /// Of a client's connection, whose times are told elsewhere.
    public ConnectionEnd() {
        this(0);
    }

    /// Of a connection that was begun at `begun`, `System.nanoTime()`.
    ConnectionEnd(long begun) {
        this.begun = begun;
    }

    /// It stands, at `now`.
    void stands(long now) {
        stood = now;
    }

    /// TLS stands on it, at `now`.
    void secured(long now) {
        secured = now;
    }

    /// When it was made.
    ConnectionFacts.Times times() {
        return new ConnectionFacts.Times(begun, stood, secured);
    }

    /// Whether this side has ended the connection of `channel`.
    public static boolean isHere(Channel channel) {
        var end = channel.pipeline().get(ConnectionEnd.class);
        return end != null && end.here;
    }

    private void there() {
        there = !here;
    }

    /// Whether this side has ended it; not where it has never stood.
    boolean here() {
        return here;
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        here = !there && ctx.channel().isActive();
        super.close(ctx, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        there();
        super.channelInactive(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent) {
            there();
        }
        super.userEventTriggered(ctx, event);
    }

    /// A reset by the host, which this side answers by closing.
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (cause instanceof IOException) {
            there();
        }
        super.exceptionCaught(ctx, cause);
    }
}
