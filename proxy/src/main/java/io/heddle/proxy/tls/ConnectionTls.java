package io.heddle.proxy.tls;

import io.heddle.traffic.format.Moment;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.netty.handler.ssl.SslHandler;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// What command operators say of TLS on one connection, whose handshake is done: of the session, and of the
/// certificates that both sides have shown. Nothing is read before it is asked for. Good after the connection's end,
/// too.
public final class ConnectionTls {
    /// A connection without TLS: nothing is said.
    public static final ConnectionTls NONE = new ConnectionTls(Optional.empty(), Optional.empty(), Optional::empty);

    private static final String NEWEST = "TLSv1.3";
    private static final int OTHER_NAME = 0;

    private final Optional<SSLSession> session;
    private final Optional<X509Certificate> shown;
    private final Supplier<Optional<X509Certificate>> own;

    private ConnectionTls(
            Optional<SSLSession> session, Optional<X509Certificate> shown, Supplier<Optional<X509Certificate>> own) {
        this.session = session;
        this.shown = shown;
        this.own = own;
    }

    /// That of the connection of `handler`. Where that resumes a session, nobody shows a certificate again: `own` knows
    /// which is ours.
    public static ConnectionTls of(SslHandler handler, Supplier<Optional<X509Certificate>> own) {
        var session = handler.engine().getSession();
        return new ConnectionTls(Optional.of(session), shown(session), own); // What was shown is forgotten at the end.
    }

    /// Appends what `operator`, one about TLS with a client or a host, says.
    public void append(Operator operator, StringBuilder out) {
        if (session.isEmpty()) {
            return;
        }
        switch (operator) {
            case DOWNSTREAM_TLS_VERSION, UPSTREAM_TLS_VERSION ->
                out.append(session.get().getProtocol());
            case DOWNSTREAM_TLS_CIPHER, UPSTREAM_TLS_CIPHER ->
                out.append(CipherNames.openSsl(session.get().getCipherSuite()));
            case DOWNSTREAM_TLS_SESSION_ID, UPSTREAM_TLS_SESSION_ID -> sessionId(session.get(), out);
            case DOWNSTREAM_LOCAL_SUBJECT,
                    DOWNSTREAM_LOCAL_URI_SAN,
                    DOWNSTREAM_LOCAL_DNS_SAN,
                    DOWNSTREAM_LOCAL_IP_SAN,
                    DOWNSTREAM_LOCAL_EMAIL_SAN,
                    DOWNSTREAM_LOCAL_OTHERNAME_SAN,
                    UPSTREAM_LOCAL_URI_SAN,
                    UPSTREAM_LOCAL_DNS_SAN,
                    UPSTREAM_LOCAL_IP_SAN -> shown.or(own).ifPresent(leaf -> names(operator, leaf, out));
            default -> {
                var chain = peer();
                if (!chain.isEmpty()) {
                    certificate(operator, chain, out);
                }
            }
        }
    }

    /// When the validity of the peer's certificate begins or ends, milliseconds since the epoch; empty without one.
    public OptionalLong at(Moment moment) {
        var chain = peer();
        if (chain.isEmpty()) {
            return OptionalLong.empty();
        }
        var leaf = chain.getFirst();
        return switch (moment) {
            case DOWNSTREAM_PEER_START, UPSTREAM_PEER_START ->
                OptionalLong.of(leaf.getNotBefore().toInstant().toEpochMilli());
            case DOWNSTREAM_PEER_END, UPSTREAM_PEER_END ->
                OptionalLong.of(leaf.getNotAfter().toInstant().toEpochMilli());
            case START, EMIT -> throw new IllegalArgumentException("no moment of a certificate: " + moment);
        };
    }

    /// Sessions of TLS 1.3 have no name on the wire.
    private static void sessionId(SSLSession session, StringBuilder out) {
        if (!session.getProtocol().equals(NEWEST)) {
            out.append(HexFormat.of().formatHex(session.getId()));
        }
    }

    private static Optional<X509Certificate> shown(SSLSession session) {
        var chain = session.getLocalCertificates();
        return chain == null || chain.length == 0 ? Optional.empty() : Optional.of((X509Certificate) chain[0]);
    }

    private List<X509Certificate> peer() {
        if (session.isEmpty()) {
            return List.of();
        }
        try {
            return Stream.of(session.get().getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException anonymous) {
            return List.of();
        }
    }

    private static void certificate(Operator operator, List<X509Certificate> chain, StringBuilder out) {
        var leaf = chain.getFirst();
        switch (operator) {
            case DOWNSTREAM_PEER_SUBJECT, UPSTREAM_PEER_SUBJECT ->
                out.append(octets(leaf.getSubjectX500Principal().getName()));
            case DOWNSTREAM_PEER_ISSUER, UPSTREAM_PEER_ISSUER ->
                out.append(octets(leaf.getIssuerX500Principal().getName()));
            case DOWNSTREAM_PEER_SERIAL -> out.append(serial(leaf));
            case DOWNSTREAM_PEER_CHAIN_SERIALS ->
                out.append(chain.stream().map(ConnectionTls::serial).collect(Collectors.joining(",")));
            case DOWNSTREAM_PEER_FINGERPRINT_1 -> out.append(hash("SHA-1", leaf));
            case DOWNSTREAM_PEER_FINGERPRINT_256 -> out.append(hash("SHA-256", leaf));
            case DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1 -> out.append(hashes("SHA-1", chain));
            case DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256 -> out.append(hashes("SHA-256", chain));
            case DOWNSTREAM_PEER_CERT, UPSTREAM_PEER_CERT ->
                out.append(PeerCertificate.escaped(PeerCertificate.pem(leaf)));
            default -> names(operator, leaf, out);
        }
    }

    private static void names(Operator operator, X509Certificate leaf, StringBuilder out) {
        switch (operator) {
            case DOWNSTREAM_LOCAL_SUBJECT ->
                out.append(octets(leaf.getSubjectX500Principal().getName()));
            case DOWNSTREAM_PEER_URI_SAN, DOWNSTREAM_LOCAL_URI_SAN, UPSTREAM_PEER_URI_SAN, UPSTREAM_LOCAL_URI_SAN ->
                names(leaf, SubjectAltNameMatcher.Type.URI, out);
            case DOWNSTREAM_PEER_DNS_SAN, DOWNSTREAM_LOCAL_DNS_SAN, UPSTREAM_PEER_DNS_SAN, UPSTREAM_LOCAL_DNS_SAN ->
                names(leaf, SubjectAltNameMatcher.Type.DNS, out);
            case DOWNSTREAM_PEER_IP_SAN, DOWNSTREAM_LOCAL_IP_SAN, UPSTREAM_PEER_IP_SAN, UPSTREAM_LOCAL_IP_SAN ->
                names(leaf, SubjectAltNameMatcher.Type.IP_ADDRESS, out);
            case DOWNSTREAM_PEER_EMAIL_SAN, DOWNSTREAM_LOCAL_EMAIL_SAN ->
                names(leaf, SubjectAltNameMatcher.Type.EMAIL, out);
            case DOWNSTREAM_PEER_OTHERNAME_SAN, DOWNSTREAM_LOCAL_OTHERNAME_SAN -> otherNames(leaf, out);
            default -> throw new IllegalArgumentException("says nothing of TLS: " + operator);
        }
    }

    private static void names(X509Certificate leaf, SubjectAltNameMatcher.Type type, StringBuilder out) {
        try {
            out.append(octets(String.join(",", SubjectNames.of(leaf).names(type))));
        } catch (CertificateParsingException unreadable) {
            throw new IllegalStateException("a certificate that was shown cannot be read", unreadable);
        }
    }

    /// Other names whose value is a text (RFC 5280, section 4.2.1.6).
    private static void otherNames(X509Certificate leaf, StringBuilder out) {
        try {
            var all = leaf.getSubjectAlternativeNames();
            out.append((all == null ? Stream.<List<?>>of() : all.stream())
                    .filter(name -> name.getFirst().equals(OTHER_NAME) && name.getLast() instanceof String)
                    .map(name -> octets((String) name.getLast()))
                    .collect(Collectors.joining(",")));
        } catch (CertificateParsingException unreadable) {
            throw new IllegalStateException("a certificate that was shown cannot be read", unreadable);
        }
    }

    private static String octets(String text) {
        return StringMatcher.octets(text);
    }

    /// An even number of hexadecimal digits.
    private static String serial(X509Certificate certificate) {
        return hex(certificate.getSerialNumber());
    }

    static String hex(BigInteger number) {
        var digits = number.abs().toString(16);
        var text = digits.length() % 2 == 0 ? digits : "0" + digits;
        return (number.signum() < 0 ? "-" : "") + text;
    }

    private static String hashes(String algorithm, List<X509Certificate> chain) {
        return chain.stream().map(certificate -> hash(algorithm, certificate)).collect(Collectors.joining(","));
    }

    private static String hash(String algorithm, X509Certificate certificate) {
        try {
            var digest = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("a certificate that was shown cannot be read", unreadable);
        }
    }
}
