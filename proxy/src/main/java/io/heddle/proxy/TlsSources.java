package io.heddle.proxy;

import io.heddle.proxy.listen.ServerTlsSource;
import io.heddle.proxy.tls.TlsContexts;
import io.heddle.proxy.tls.TlsHandlers;
import io.heddle.proxy.upstream.connect.ClientTlsSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.ServerTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;

/// Gives listeners and upstreams their TLS.
final class TlsSources {
    private TlsSources() {}

    static Function<ClientTls, ClientTlsSource> client(TlsContexts contexts) {
        return settings -> new Client(contexts.client(settings));
    }

    static Function<ServerTls, ServerTlsSource> server(TlsContexts contexts) {
        return settings -> ServerTlsSource.of(contexts.server(settings));
    }

    private record Client(TlsHandlers handlers) implements ClientTlsSource {
        @Override
        public Optional<SslHandler> newHandler(ByteBufAllocator allocator) {
            return handlers.newHandler(allocator);
        }

        @Override
        public Optional<X509Certificate> shown() {
            return handlers.shown();
        }
    }
}
