package io.heddle.proxy.http2;

import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.tls.CloseNotify;
import io.heddle.traffic.runtime.Http2Options;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A channel that carries an HTTP/2 connection, and the connection's clock: when it rests too long, asks whether the
/// peer is there, gives up answers that nobody takes, and ends.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class ChannelTransport implements Http2Transport {
    /// How long an answer may wait for a client that takes nothing (Envoy's `stream_idle_timeout`).
    private static final long STALLED_NANOS = 300_000_000_000L;

    private static final long DRAIN_NANOS = 5_000_000_000L;
    private static final long LINGER_NANOS = 1_000_000_000L;
    private static final long NEVER = Long.MAX_VALUE;

    private final Channel channel;
    private final Worker worker;
    private final Http2Counters counters;
    private final Duration idle;
    private final Http2Options.KeepAlive keepAlive;
    private final Runnable flush = this::endOfTurn;
    private final Deadline deadline = new Deadline(this::expired);
    private @Nullable Http2Connection connection;
    private long idleAt = NEVER;
    private long pingAt = NEVER;
    private long pongBy = NEVER;
    private long stalledAt = NEVER;
    private long drainedBy = NEVER;
    private long heardAt;
    private boolean closing;
    private boolean idled;

    /// For `channel` on the loop of `worker`; without a stream for `idle` it is drained, unless that is zero.
    public ChannelTransport(
            Channel channel, Worker worker, Http2Counters counters, Duration idle, Http2Options.KeepAlive keepAlive) {
        this.channel = channel;
        this.worker = worker;
        this.counters = counters;
        this.idle = idle;
        this.keepAlive = keepAlive;
    }

    /// It carries `carried` from now on.
    public void carries(Http2Connection carried) {
        connection = carried;
        pingAt = nextPing();
        heardAt = worker.now();
        rests();
    }

    private Http2Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("carries no connection");
        }
        return connection;
    }

    private long after(Duration wait) {
        return wait.isZero() ? NEVER : worker.now() + wait.toNanos();
    }

    /// When the peer is to be asked again, at the interval or a little later.
    private long nextPing() {
        long interval = keepAlive.interval().toNanos();
        if (interval == 0) {
            return NEVER;
        }
        double drawn = (worker.chance() >>> 11) * 0x1p-53;
        return worker.now() + interval + (long) (interval * keepAlive.jitter() * drawn);
    }

    /// Bytes have come from the peer.
    public void heard() {
        heardAt = worker.now();
    }

    /// A stream is about to be opened: asks first where nothing came from the peer for long, as it may
    /// be gone.
    public void opening() {
        long rest = keepAlive.rest().toNanos();
        if (rest > 0 && pongBy == NEVER && worker.now() - heardAt > rest) {
            ask();
            arm();
        }
    }

    private void ask() {
        connection().ping();
        pongBy = after(keepAlive.timeout());
        // The next one waits for the answer to this: it would give it more time else.
        pingAt = Math.max(nextPing(), pongBy);
    }

    /// A stream was opened or has ended.
    public void streamsChanged() {
        if (connection().active() == 0) {
            rests();
            return;
        }
        idleAt = NEVER;
        if (stalledAt == NEVER) {
            stalledAt = worker.now() + STALLED_NANOS;
            arm();
        }
    }

    private void rests() {
        idleAt = after(idle);
        stalledAt = NEVER;
        arm();
    }

    /// Ends the connection when its streams are done.
    public void drain() {
        connection().drain();
        if (drainedBy == NEVER) {
            drainedBy = worker.now() + DRAIN_NANOS;
        }
        arm();
    }

    /// Whether it rested too long.
    public boolean idled() {
        return idled;
    }

    private void arm() {
        long first = Math.min(Math.min(idleAt, drainedBy), Math.min(Math.min(pingAt, pongBy), stalledAt));
        if (first == NEVER || closing) {
            return;
        }
        worker.deadlines().set(deadline, first);
    }

    private void expired() {
        long now = worker.tick();
        if (closing) {
            channel.close();
            return;
        }
        if (now >= drainedBy) {
            drainedBy = NEVER;
            connection().drainNow();
        }
        if (now >= idleAt) {
            idleAt = NEVER;
            idled = true;
            drain();
        }
        keepAlive(now);
        if (now >= stalledAt) {
            stalledAt = now + STALLED_NANOS / 10;
            connection().giveUpStalled(now - STALLED_NANOS);
        }
        arm();
    }

    private void keepAlive(long now) {
        if (now >= pongBy) {
            pongBy = NEVER;
            if (connection().pingAwaited()) {
                counters.keepAliveTimeout();
                connection().fail(Http2Error.NO_ERROR, "no answer to PING");
                return;
            }
        }
        if (now >= pingAt) {
            ask();
        }
    }

    /// The channel is gone.
    public void gone() {
        closing = true;
        worker.deadlines().remove(deadline);
    }

    private void endOfTurn() {
        connection().flush();
    }

    @Override
    public ByteBuf buffer(int capacity) {
        return channel.alloc().directBuffer(capacity);
    }

    @Override
    public void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void flushSoon() {
        worker.atEndOfBurst(flush);
    }

    /// Ends our side when what was written is sent; the rest when the peer has seen that, or after a second. A reset
    /// could destroy what is still on its way.
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        var flushed = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        var tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            CloseNotify.saidOn(channel);
            tls.closeOutbound();
        }
        flushed.addListener(sent -> {
            if (sent.isSuccess() && channel instanceof SocketChannel socket) {
                socket.shutdownOutput();
            } else {
                channel.close();
            }
        });
        flushed.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        worker.deadlines().set(deadline, worker.now() + LINGER_NANOS);
    }

    @Override
    public long now() {
        return worker.now();
    }
}
