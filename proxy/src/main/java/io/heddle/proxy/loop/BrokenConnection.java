package io.heddle.proxy.loop;

import io.netty.channel.ChannelException;
import io.netty.handler.codec.CodecException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says in the log why a connection broke, for the last handler of a pipeline, which closes it then.
///
/// A reset, a failed handshake and bytes that are no protocol are what peers do, and are told at the level of
/// debugging.
/// All else is a bug here, and told as an error with its stack: at most one a second, since a peer that knows how can
/// repeat it at will, with the number of those that were left out. Any thread.
public final class BrokenConnection {
    private static final Logger log = LoggerFactory.getLogger(BrokenConnection.class);
    private static final long QUIET = TimeUnit.SECONDS.toNanos(1);
    private static final AtomicLong quietUntil = new AtomicLong(System.nanoTime());
    private static final AtomicLong leftOut = new AtomicLong();

    private BrokenConnection() {}

    /// A connection broke for `cause`.
    ///
    /// @param side what is at its other end: `client` or `host`
    public static void tell(String side, Throwable cause) {
        if (isOfPeer(cause)) {
            log.atDebug()
                    .addKeyValue("side", side)
                    .addKeyValue("cause", cause.toString())
                    .log("a connection broke");
            return;
        }
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until < 0 || !quietUntil.compareAndSet(until, now + QUIET)) {
            leftOut.incrementAndGet();
            return;
        }
        log.atError()
                .addKeyValue("side", side)
                .addKeyValue("left-out", leftOut.getAndSet(0))
                .setCause(cause)
                .log("a connection was closed because of a bug");
    }

    /// Whether the peer or the network is at fault. A codec wraps whatever its code throws, bugs too.
    static boolean isOfPeer(Throwable cause) {
        var inner = cause;
        while (inner instanceof CodecException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner instanceof IOException || inner instanceof CodecException || inner instanceof ChannelException;
    }
}
