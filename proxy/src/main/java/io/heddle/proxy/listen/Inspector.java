package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;

/// Finds out one thing about a new connection, from its first bytes or from the kernel. One object a connection.
sealed interface Inspector
        permits TlsInspector, HttpInspector, ProxyProtocolInspector, OriginalDestination, OriginalSource {
    /// What came of an inspection so far.
    enum Verdict {
        /// More bytes are needed.
        MORE,
        /// It is over; what was found is in the [Arrival].
        DONE,
        /// The connection must be closed.
        FAILED
    }

    /// Whether it reads bytes; one that does not answers at once, also when those before it were not waited for.
    boolean readsBytes();

    /// Whether it only looks: a connection may go on without it.
    boolean onlyLooks();

    /// Looks at all bytes that have come and not been consumed: those from the reader index on. Only a PROXY header is
    /// consumed; what is looked at stays for whoever serves the connection.
    Verdict inspect(ByteBuf seen, Arrival arrival);
}
