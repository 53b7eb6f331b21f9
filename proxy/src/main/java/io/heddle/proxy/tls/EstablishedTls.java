package io.heddle.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.Buffer;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.function.IntSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// TLS by BoringSSL on a connection whose handshake is done, in place of Netty's handler: each direction ends for
/// itself. A close_notify shows as the end of input does on TCP, [ChannelInputShutdownEvent]. Confined to its event
/// loop.
///
/// BoringSSL reads and writes records through one object, which is given a piece of memory before each call and none
/// after it. So nothing may be called while it has one: what was read is passed on when all of it is decrypted. What
/// BoringSSL wants to say while it reads (the answer to a key update) waits in the object and is sent afterwards.
/// Netty's engine owns the connection's native state and frees it; it is kept alive while this handler stands, and
/// nobody else calls it.
///
/// The end of TCP's input without a close_notify is passed on as the end of input too, as Envoy does it: too many peers
/// leave the close_notify out.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class EstablishedTls extends ChannelDuplexHandler {
    private static final int RECORD = 16 * 1024;
    /// Room for what is said while reading; more than one key update and an alert need.
    private static final int ASIDE = 1024;

    private final ReferenceCountedOpenSslEngine engine;
    private final long ssl;
    private final long records;
    private final int overhead;
    private final IntSupplier encrypt = this::encrypt;
    private final IntSupplier shutDown = this::shutDown;
    private long plain;
    private int plainLeft;
    private @Nullable ChannelHandlerContext context;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean gone;

    private EstablishedTls(ReferenceCountedOpenSslEngine engine) {
        this.engine = engine;
        this.ssl = engine.sslPointer();
        this.overhead = SSL.getMaxWrapOverhead(ssl);
        this.records = SSL.bioNewByteBuffer(ssl, ASIDE);
    }

    /// Takes the place of `tls` in the pipeline of `channel`, unless that is closed or closing. Not from within a call
    /// of `tls`.
    @SuppressWarnings("ReferenceEquality") // asks whether that very handler still stands
    static void takeOver(Channel channel, SslHandler tls, ReferenceCountedOpenSslEngine engine) {
        if (!channel.isActive() || channel.pipeline().get(SslHandler.class) != tls) {
            return;
        }
        channel.flush(); // What was written so far goes the old way.
        if (engine.isOutboundDone() || engine.isInboundDone() || engine.refCnt() == 0) {
            return;
        }
        engine.retain();
        channel.pipeline().replace(tls, "tls", new EstablishedTls(engine));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        gone = true;
        engine.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var in = (ByteBuf) message;
        if (inputEnded || gone) {
            in.release();
            return;
        }
        var direct = direct(ctx, in);
        var out = ctx.alloc().directBuffer(Math.max(RECORD, direct.readableBytes()));
        int end;
        SSL.bioSetByteBuffer(records, address(direct) + direct.readerIndex(), direct.readableBytes(), false);
        try {
            end = decrypt(out);
        } finally {
            SSL.bioClearByteBuffer(records);
            direct.release();
        }
        boolean wrong = end == SSL.SSL_ERROR_SSL || SSL.getHandshakeCount(ssl) > 1;
        var reason = end == SSL.SSL_ERROR_SSL ? SSL.getErrorString(SSL.getLastErrorNumber()) : "renegotiation";
        SSL.clearError();
        sayAside(ctx);
        if (out.isReadable()) {
            ctx.fireChannelRead(out);
        } else {
            out.release();
        }
        if (wrong) {
            ctx.fireExceptionCaught(new SSLException(reason));
            ctx.close();
        } else if (end == SSL.SSL_ERROR_ZERO_RETURN && !inputEnded) {
            inputEnded = true;
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    /// Decrypts all that is there into `out`; returns why it ended.
    private int decrypt(ByteBuf out) {
        while (true) {
            out.ensureWritable(RECORD);
            int count = SSL.readFromSSL(ssl, address(out) + out.writerIndex(), out.writableBytes());
            if (count <= 0) {
                int error = SSL.getError(ssl, count);
                return error == SSL.SSL_ERROR_WANT_READ || error == SSL.SSL_ERROR_ZERO_RETURN
                        ? error
                        : SSL.SSL_ERROR_SSL;
            }
            out.writerIndex(out.writerIndex() + count);
        }
    }

    /// Sends what BoringSSL had to say while it read.
    private void sayAside(ChannelHandlerContext ctx) {
        int waiting = SSL.bioLengthNonApplication(records);
        if (waiting <= 0) {
            return;
        }
        var out = ctx.alloc().directBuffer(waiting);
        SSL.bioSetByteBuffer(records, address(out), waiting, true);
        out.writerIndex(SSL.bioFlushByteBuffer(records));
        SSL.bioClearByteBuffer(records);
        ctx.writeAndFlush(out);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            if (inputEnded) {
                return;
            }
            inputEnded = true;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        var in = (ByteBuf) message;
        if (!in.isReadable()) {
            ctx.write(in, promise);
            return;
        }
        if (outputEnded || gone) {
            in.release();
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        var direct = direct(ctx, in);
        plain = address(direct) + direct.readerIndex();
        plainLeft = direct.readableBytes();
        int pieces = (plainLeft + RECORD - 1) / RECORD;
        try {
            say(ctx, encrypt, plainLeft + pieces * overhead + ASIDE, promise);
        } finally {
            direct.release();
        }
    }

    /// Sends what BoringSSL says in `step`, which tells how that ended; in more than one buffer of `room` where it has
    /// more to say. A server owes its client the session tickets of TLS 1.3 with whatever it says first, its
    /// close_notify too, each with the client's whole certificate chain in it.
    private void say(ChannelHandlerContext ctx, IntSupplier step, int room, ChannelPromise promise) {
        while (true) {
            var out = ctx.alloc().directBuffer(room);
            SSL.bioSetByteBuffer(records, address(out), out.writableBytes(), true);
            int error = step.getAsInt();
            out.writerIndex(out.capacity() - SSL.bioLengthByteBuffer(records));
            SSL.bioClearByteBuffer(records);
            if (error == SSL.SSL_ERROR_NONE) {
                ctx.write(out, promise);
                return;
            }
            if (error != SSL.SSL_ERROR_WANT_WRITE || !out.isReadable()) {
                out.release();
                fail(ctx, promise);
                return;
            }
            ctx.write(out);
        }
    }

    private int encrypt() {
        while (plainLeft > 0) {
            int count = SSL.writeToSSL(ssl, plain, plainLeft);
            if (count <= 0) {
                return SSL.getError(ssl, count);
            }
            plain += count;
            plainLeft -= count;
        }
        return SSL.SSL_ERROR_NONE;
    }

    private int shutDown() {
        int said = SSL.shutdownSSL(ssl);
        return said < 0 ? SSL.getError(ssl, said) : SSL.SSL_ERROR_NONE;
    }

    private static void fail(ChannelHandlerContext ctx, ChannelPromise promise) {
        var reason = SSL.getErrorString(SSL.getLastErrorNumber());
        SSL.clearError();
        promise.tryFailure(new SSLException(reason));
        ctx.close();
    }

    /// Says close_notify after all that was written; input goes on.
    void endOutput() {
        if (context != null) {
            endOutput(context);
        }
    }

    private void endOutput(ChannelHandlerContext ctx) {
        if (outputEnded || gone) {
            return;
        }
        outputEnded = true;
        say(ctx, shutDown, overhead + ASIDE, ctx.newPromise());
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        endOutput(ctx);
        ctx.close(promise);
    }

    /// The same bytes where BoringSSL can read them; takes over the reference.
    private static ByteBuf direct(ChannelHandlerContext ctx, ByteBuf in) {
        if (in.isDirect() && in.nioBufferCount() == 1) {
            return in;
        }
        var copy = ctx.alloc().directBuffer(in.readableBytes());
        copy.writeBytes(in);
        ReferenceCountUtil.release(in);
        return copy;
    }

    /// Where the first byte of a buffer of one piece stands.
    private static long address(ByteBuf buffer) {
        return buffer.hasMemoryAddress()
                ? buffer.memoryAddress()
                : Buffer.address(buffer.internalNioBuffer(0, buffer.capacity()));
    }
}
