package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.upstream.connect.UpstreamTarget;

/// The connections of one event loop to one host, and the streams on them: what a protocol makes of them is its pool's
/// own. Confined to its loop.
public interface ConnectionPool {
    /// Whether its connections serve `target`.
    boolean serves(UpstreamTarget target);

    /// Gives the listener of `ticket` a stream at once, or puts it in the queue.
    void acquire(ConnectionTicket ticket);

    /// A request is expected: a connection is opened if none is to spare and the breaker allows one more. Nothing where
    /// that cannot be told.
    default void expect() {}

    /// Takes `ticket` out of the queue, where it stands.
    void forget(ConnectionTicket ticket);

    /// Nothing more will be asked of it: idle connections are closed now, the others when they are done.
    void retire();
}
