package io.heddle.xds.server;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.heddle.model.name.Entitlement;
import io.heddle.model.name.SpiffeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// Puts the [Peer] of each call into its context.
final class PeerInterceptor implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";
    private static final int SAN_URI = 6; // RFC 5280, GeneralName

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        var address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        var peer = new Peer(
                session != null,
                session == null ? Optional.empty() : proved(session),
                bearer(headers.get(AUTHORIZATION)),
                address == null ? "" : address.toString().replaceFirst("^/", ""));
        return Contexts.interceptCall(Context.current().withValue(Peer.KEY, peer), call, headers, next);
    }

    private static Optional<String> bearer(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.empty();
        }
        return Optional.of(header.substring(BEARER.length()).strip());
    }

    private static Optional<Entitlement> proved(SSLSession session) {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate leaf
                    ? identity(leaf).map(identity -> CertificateLabels.entitlement(leaf, identity))
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException _) {
            return Optional.empty(); // no client certificate: allowed for the first call to the certificate service
        }
    }

    /// The SPIFFE ID in a certificate. One with several URIs proves none (X.509-SVID standard, section 2).
    static Optional<SpiffeId> identity(X509Certificate certificate) {
        List<String> uris;
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            uris = names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> name.get(0).equals(SAN_URI))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException _) {
            return Optional.empty(); // unreadable names prove nothing
        }
        return uris.size() == 1 ? SpiffeId.parse(uris.get(0)) : Optional.empty();
    }
}
