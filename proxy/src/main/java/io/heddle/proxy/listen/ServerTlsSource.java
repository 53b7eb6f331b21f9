package io.heddle.proxy.listen;

import io.heddle.proxy.tls.TlsHandlers;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.util.Optional;

/// Makes the TLS handlers of one listener chain and reads the clients' certificates.
public interface ServerTlsSource {
    /// A handler; empty while a certificate or trust is missing, and then the connection is closed.
    Optional<SslHandler> newHandler(ByteBufAllocator allocator);

    /// Who the client is, once the handshake of `handler` has succeeded; empty without a verified certificate.
    Optional<ClientCertificate> client(SslHandler handler);

    /// The source that `handlers` are.
    static ServerTlsSource of(TlsHandlers handlers) {
        return new ServerTlsSource() {
            @Override
            public Optional<SslHandler> newHandler(ByteBufAllocator allocator) {
                return handlers.newHandler(allocator);
            }

            @Override
            public Optional<ClientCertificate> client(SslHandler handler) {
                return handlers.peer(handler)
                        .map(peer -> new ClientCertificate(peer.principal(), peer.hash(), peer.localPrincipal()));
            }
        };
    }

    /// A client's verified certificate.
    ///
    /// @param principal its SPIFFE URI; empty when it has none
    /// @param hash its SHA-256, hexadecimal
    /// @param localPrincipal the SPIFFE URI of our own certificate; empty when it has none
    record ClientCertificate(Optional<String> principal, String hash, Optional<String> localPrincipal) {
        /// The element of `x-forwarded-client-cert`, as Envoy writes it.
        String forwarded() {
            var by = localPrincipal.map(uri -> "By=" + uri + ";").orElse("");
            return by + "Hash=" + hash + principal.map(uri -> ";URI=" + uri).orElse("");
        }
    }
}
