package io.heddle.proxy;

import io.heddle.proxy.listen.ServerTlsSource;
import io.heddle.proxy.tls.TlsContexts;
import io.heddle.proxy.upstream.connect.ClientTlsSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.ServerTls;
import java.util.function.Function;

/// Gives listeners and upstreams their TLS.
final class TlsSources {
    private TlsSources() {}

    static Function<ClientTls, ClientTlsSource> client(TlsContexts contexts) {
        return settings -> contexts.client(settings)::newHandler;
    }

    static Function<ServerTls, ServerTlsSource> server(TlsContexts contexts) {
        return settings -> ServerTlsSource.of(contexts.server(settings));
    }
}
