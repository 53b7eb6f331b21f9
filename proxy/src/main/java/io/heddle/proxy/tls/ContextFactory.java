package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.TlsVersions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProtocols;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes Netty's contexts: BoringSSL where its library loads, else the JDK's engine.
///
/// Sessions are not resumed with TLS 1.3 (BoringSSL's tickets stay off), so every connection proves its peer anew; with
/// 1.2 the cache is small and short-lived. That also bounds what a storm of handshakes can occupy.
///
/// The JDK's engine knows no underscores in SNI, which Istio's names (`outbound_.80_._.host`) have: as a client it then
/// sends no name, as a server it refuses a client that sends one.
final class ContextFactory {
    private static final Logger log = LoggerFactory.getLogger(ContextFactory.class);
    private static final long SESSIONS = 256;
    private static final long SESSION_SECONDS = 300;
    private static final int ANY_PORT = 443;

    private final SslProvider provider;

    ContextFactory(SslProvider provider) {
        this.provider = provider;
    }

    /// The best engine there is; says once which.
    static ContextFactory best() {
        if (OpenSsl.isAvailable()) {
            log.atInfo().addKeyValue("version", OpenSsl.versionString()).log("TLS by BoringSSL");
            return new ContextFactory(SslProvider.OPENSSL_REFCNT);
        }
        log.atWarn()
                .addKeyValue("cause", String.valueOf(OpenSsl.unavailabilityCause()))
                .log(
                        "TLS by the JDK: BoringSSL's library does not load here, handshakes cost more and SNI names with underscores are refused");
        return new ContextFactory(SslProvider.JDK);
    }

    /// A context for `settings` out of resolved secrets.
    Checked<SslContext> context(TlsSettings settings, Optional<KeyMaterial> own, Optional<TrustBundle> trust) {
        var object = "TLS " + settings.label();
        if (trust.isEmpty() && !settings.subjectAltNames().isEmpty()) {
            return refused(object, "names are expected of a peer that nobody verifies");
        }
        if (settings instanceof TlsSettings.Server(var tls)) {
            if (own.isEmpty()) {
                return refused(object, "a server must have a certificate");
            }
            if (tls.requireClientCertificate() && trust.isEmpty()) {
                return refused(object, "a client certificate is required but nobody is trusted to sign it");
            }
        }
        try {
            var builder = switch (settings) {
                case TlsSettings.Server(var tls) ->
                    server(own.orElseThrow(), clientAuth(tls.requireClientCertificate(), trust));
                case TlsSettings.Client _ -> client(own);
            };
            if (trust.isPresent()) {
                builder.trustManager(new PeerVerifier(trust.get(), settings.subjectAltNames()));
            } else if (settings instanceof TlsSettings.Client) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            }
            builder.sslProvider(provider).protocols(protocols(settings.versions()));
            applicationProtocols(builder, settings.applicationProtocols());
            return Checked.ok(builder.build());
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException invalid) {
            return refused(object, "no TLS context can be made: " + invalid.getMessage());
        }
    }

    private static SslContextBuilder server(KeyMaterial own, ClientAuth clientAuth) {
        return SslContextBuilder.forServer(own.key(), own.chain())
                .clientAuth(clientAuth)
                .sessionCacheSize(SESSIONS)
                .sessionTimeout(SESSION_SECONDS);
    }

    private static SslContextBuilder client(Optional<KeyMaterial> own) {
        var builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
        own.ifPresent(material -> builder.keyManager(material.key(), material.chain()));
        return builder;
    }

    /// The handler of a new connection. BoringSSL takes the name for SNI from the peer's host, the JDK from its engine.
    static SslHandler handler(SslContext context, String serverName, ByteBufAllocator allocator) {
        if (serverName.isEmpty()) {
            return context.newHandler(allocator);
        }
        if (context instanceof ReferenceCountedOpenSslContext) {
            return context.newHandler(allocator, serverName, ANY_PORT);
        }
        var handler = context.newHandler(allocator);
        if (!serverName.contains("_")) {
            var parameters = handler.engine().getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
            handler.engine().setSSLParameters(parameters);
        }
        return handler;
    }

    private static ClientAuth clientAuth(boolean required, Optional<TrustBundle> trust) {
        if (required) {
            return ClientAuth.REQUIRE;
        }
        return trust.isPresent() ? ClientAuth.OPTIONAL : ClientAuth.NONE;
    }

    private static List<String> protocols(TlsVersions versions) {
        var names = new ArrayList<String>();
        for (var version : TlsVersions.Version.values()) {
            boolean spoken = version.compareTo(versions.minimum()) >= 0 && version.compareTo(versions.maximum()) <= 0;
            if (spoken) {
                names.add(
                        switch (version) {
                            case TLS_1_2 -> SslProtocols.TLS_v1_2;
                            case TLS_1_3 -> SslProtocols.TLS_v1_3;
                        });
            }
        }
        return names;
    }

    private static void applicationProtocols(SslContextBuilder builder, List<String> names) {
        if (!names.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    names));
        }
    }

    private static Checked<SslContext> refused(String object, String reason) {
        return Checked.rejected(Problem.error(object, "", reason, ""));
    }
}
