package io.heddle.proxy.listen;

import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;

/// The SNI name that a client asked for.
final class ServerName {
    private ServerName() {}

    static Optional<String> of(SSLEngine engine) {
        if (!(engine.getSession() instanceof ExtendedSSLSession session)) {
            return Optional.empty();
        }
        try {
            return session.getRequestedServerNames().stream()
                    .filter(SNIHostName.class::isInstance)
                    .map(name -> ((SNIHostName) name).getAsciiName())
                    .findFirst();
        } catch (UnsupportedOperationException unknown) {
            return Optional.empty();
        }
    }
}
