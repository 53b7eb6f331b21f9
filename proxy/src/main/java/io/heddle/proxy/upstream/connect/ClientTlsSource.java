package io.heddle.proxy.upstream.connect;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Optional;

/// Makes the TLS handler of a new connection to an upstream.
@FunctionalInterface
public interface ClientTlsSource {
    /// A handler; empty while a certificate or trust is missing, and then no connection is made.
    Optional<SslHandler> newHandler(ByteBufAllocator allocator);

    /// The certificate that new connections show; empty without one.
    default Optional<X509Certificate> shown() {
        return Optional.empty();
    }
}
