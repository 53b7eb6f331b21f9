package io.heddle.proxy.listen;

import io.heddle.proxy.exchange.head.ForwardedCertificate;
import io.heddle.proxy.tls.ClientHello;
import io.heddle.proxy.tls.PeerCertificate;
import io.heddle.proxy.tls.TlsHandlers;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Optional;

/// Makes the TLS handlers of one listener chain and reads the clients' certificates.
public interface ServerTlsSource {
    /// Whether a client's hello is to be read before there can be a handler for it.
    boolean choosesByHello();

    /// A handler for a client that said `hello`, which may be unknown unless the source
    /// [chooses][#choosesByHello] by it. Empty while a certificate or trust is missing, and then the
    /// connection is closed.
    Optional<SslHandler> newHandler(ByteBufAllocator allocator, ClientHello hello);

    /// The certificate that new connections show; empty without one.
    default Optional<X509Certificate> shown() {
        return Optional.empty();
    }

    /// Who the client is, once the handshake of `handler` has succeeded; empty without a verified certificate.
    Optional<ClientCertificate> client(SslHandler handler);

    /// The source that `handlers` are.
    static ServerTlsSource of(TlsHandlers handlers) {
        return new ServerTlsSource() {
            @Override
            public boolean choosesByHello() {
                return handlers.choosesByHello();
            }

            @Override
            public Optional<SslHandler> newHandler(ByteBufAllocator allocator, ClientHello hello) {
                return handlers.newHandler(allocator, hello);
            }

            @Override
            public Optional<ClientCertificate> client(SslHandler handler) {
                return handlers.peer(handler).map(ClientCertificate::of);
            }

            @Override
            public Optional<X509Certificate> shown() {
                return handlers.shown();
            }
        };
    }

    /// A client's verified certificate.
    ///
    /// @param principal its SPIFFE URI; empty when it has none
    /// @param forwarded what is said of it to the application
    record ClientCertificate(Optional<String> principal, ForwardedCertificate forwarded) {
        /// What `peer` shows.
        public static ClientCertificate of(PeerCertificate peer) {
            var names = new ForwardedCertificate.Names(peer.subject(), peer.uris(), peer.dns(), peer.localUris());
            return new ClientCertificate(
                    peer.principal(),
                    new ForwardedCertificate(
                            names,
                            peer.hash(),
                            () -> new ForwardedCertificate.Encoded(peer.leafPem(), peer.chainPem())));
        }
    }
}
