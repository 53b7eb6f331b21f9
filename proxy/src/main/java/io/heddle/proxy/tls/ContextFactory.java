package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsSessions;
import io.heddle.traffic.runtime.TlsSettings;
import io.heddle.traffic.runtime.TlsVersions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProtocols;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.internal.tcnative.SSL;
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
/// Where peers are verified, sessions are not resumed with TLS 1.3 (BoringSSL's tickets stay off), so every connection
/// proves its peer anew; with 1.2 as many are kept as the settings say ([TlsSessions]), in both directions. That also
/// bounds what a storm of handshakes can occupy. Clients that nobody verifies may resume with either. The JDK's engine
/// knows no such difference: it resumes as the JDK does.
///
/// The JDK's engine knows no underscores in SNI, which Istio's names (`outbound_.80_._.host`) have: as a client it then
/// sends no name, as a server it refuses a client that sends one.
final class ContextFactory {
    private static final Logger log = LoggerFactory.getLogger(ContextFactory.class);
    private static final List<String> SUITES_OF_1_3 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");
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
        if (Boolean.getBoolean("io.netty.handler.ssl.noOpenSsl")) {
            log.atInfo().log("TLS by the JDK, as asked");
            return new ContextFactory(SslProvider.JDK);
        }
        log.atWarn()
                .addKeyValue("cause", String.valueOf(OpenSsl.unavailabilityCause()))
                .log(
                        "TLS by the JDK: BoringSSL's library does not load here, handshakes cost more and SNI names with underscores are refused");
        return new ContextFactory(SslProvider.JDK);
    }

    /// A context for `settings` out of resolved secrets.
    Checked<SslContext> context(TlsSettings settings, Optional<KeyMaterial> own, Optional<TrustBundle> trust) {
        var object = "TLS " + TlsHandlers.label(settings);
        var verification = settings.verification();
        if (trust.isEmpty() && !verification.subjectAltNames().isEmpty()) {
            return refused(object, "names are expected of a peer that nobody verifies", "name a trusted_ca");
        }
        boolean verifies = trust.isPresent() || !verification.pins().isEmpty();
        if (settings instanceof ServerTls tls) {
            if (own.isEmpty()) {
                return refused(object, "a server must have a certificate", "name one in tls_certificates");
            }
            if (tls.requireClientCertificate() && !verifies) {
                return refused(
                        object,
                        "a client certificate is required but nobody is trusted to sign it",
                        "name a trusted_ca");
            }
        }
        if (provider == SslProvider.JDK && settings.sessions().kept() == 0) {
            return refused(
                    object,
                    "sessions cannot be turned off with the JDK's TLS, and BoringSSL does not load here",
                    "leave sessions on");
        }
        try {
            var builder = switch (settings) {
                case ServerTls tls ->
                    SslContextBuilder.forServer(
                                    own.orElseThrow().key(), own.get().chain())
                            .clientAuth(clientAuth(tls.requireClientCertificate(), verifies));
                case ClientTls _ -> client(own);
            };
            if (verifies) {
                builder.trustManager(new PeerVerifier(trust, verification));
            } else if (settings instanceof ClientTls) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            }
            parameters(builder, settings.parameters());
            applicationProtocols(builder, settings.applicationProtocols());
            return Checked.ok(keepingSessions(builder, settings.sessions()));
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException invalid) {
            return refused(object, "no TLS context can be made: " + invalid.getMessage(), "check keys and ciphers");
        }
    }

    private void parameters(SslContextBuilder builder, TlsParameters parameters) {
        builder.sslProvider(provider).protocols(protocols(parameters.versions()));
        if (!parameters.cipherSuites().isEmpty()) {
            // Those of TLS 1.3 are not chosen, and without them there would be no TLS 1.3.
            var suites = new ArrayList<>(SUITES_OF_1_3);
            suites.addAll(parameters.cipherSuites());
            builder.ciphers(suites);
        }
        if (provider != SslProvider.JDK && !parameters.curves().isEmpty()) {
            builder.option(OpenSslContextOption.GROUPS, parameters.curves().toArray(String[]::new));
        }
    }

    private static SslContext keepingSessions(SslContextBuilder builder, TlsSessions sessions) throws SSLException {
        if (sessions.kept() > 0) {
            builder.sessionCacheSize(sessions.kept())
                    .sessionTimeout(sessions.timeout().toSeconds());
        }
        var context = builder.build();
        if (sessions.kept() == 0 && context.sessionContext() instanceof OpenSslSessionContext cache) {
            cache.setSessionCacheEnabled(false);
        }
        return context;
    }

    private static SslContextBuilder client(Optional<KeyMaterial> own) {
        var builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
        own.ifPresent(material -> builder.keyManager(material.key(), material.chain()));
        return builder;
    }

    /// The handler of a new connection. BoringSSL takes the name for SNI from the peer's host, the JDK from its engine.
    static SslHandler handler(SslContext context, TlsSettings settings, ByteBufAllocator allocator) {
        var serverName = switch (settings) {
            case ServerTls _ -> "";
            case ClientTls client -> client.serverName();
        };
        if (context instanceof ReferenceCountedOpenSslContext) {
            var handler = serverName.isEmpty()
                    ? context.newHandler(allocator)
                    : context.newHandler(allocator, serverName, ANY_PORT);
            withoutTickets(handler, settings);
            return handler;
        }
        var handler = context.newHandler(allocator);
        var parameters = handler.engine().getSSLParameters();
        if (!serverName.isEmpty() && !serverName.contains("_")) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        if (!settings.parameters().curves().isEmpty()) {
            parameters.setNamedGroups(settings.parameters().curves().toArray(String[]::new));
        }
        handler.engine().setSSLParameters(parameters);
        return handler;
    }

    /// Netty leaves BoringSSL's tickets on.
    private static void withoutTickets(SslHandler handler, TlsSettings settings) {
        boolean verifies = !settings.verification().equals(PeerVerification.NONE);
        if ((verifies || !settings.sessions().tickets())
                && handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
            SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
    }

    private static ClientAuth clientAuth(boolean required, boolean verifies) {
        if (required) {
            return ClientAuth.REQUIRE;
        }
        return verifies ? ClientAuth.OPTIONAL : ClientAuth.NONE;
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

    private static Checked<SslContext> refused(String object, String reason, String remedy) {
        return Checked.rejected(Problem.error(object, "", reason, remedy));
    }
}
