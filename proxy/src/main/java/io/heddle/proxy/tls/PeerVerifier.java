package io.heddle.proxy.tls;

import io.heddle.traffic.runtime.PeerVerification;
import io.netty.handler.ssl.OpenSslCertificateException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Verifies a peer's chain against a trust bundle (PKIX, RFC 5280), its certificates against revocation lists, and its
/// names and digests against what is expected of it.
///
/// Hosts are not compared with what was dialled: in a mesh the name that counts is the one in the configuration. Where
/// there are revocation lists, an authority without one that is in force refuses its chain: nothing is asked for over
/// the network. Safe on any thread.
final class PeerVerifier extends X509ExtendedTrustManager {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final int MAX_CHAIN = 10;
    private static final String UNTRUSTED = "the chain does not lead to a trusted authority: ";
    // What the peer is told why: the alerts unknown_ca and bad_certificate. OpenSSL's X509_V_ERR_… of these names, as
    // numbers: those of tcnative ask the native library, which the JDK's engine does without.
    private static final int UNABLE_TO_GET_ISSUER_CERT_LOCALLY = 20;
    private static final int CERT_REJECTED = 28;

    private final X509Certificate[] authorities;
    private final Set<X509Certificate> anchors;
    private final Optional<TrustBundle> bundle;
    private final PeerVerification wanted;

    /// Trusts `bundle`, and asks all else of `wanted`. Without a bundle there must be pins, which then decide alone.
    PeerVerifier(Optional<TrustBundle> bundle, PeerVerification wanted) throws GeneralSecurityException {
        if (bundle.isEmpty() && wanted.pins().isEmpty()) {
            throw new GeneralSecurityException("nobody is trusted and no certificate is pinned");
        }
        var trusted = bundle.map(TrustBundle::authorities).orElse(List.of());
        this.authorities = trusted.toArray(X509Certificate[]::new);
        this.anchors = Set.copyOf(trusted);
        this.bundle = bundle;
        this.wanted = wanted;
        if (bundle.isPresent()) {
            parameters(bundle.get()); // fails now rather than at the first connection
        }
    }

    private void verify(X509Certificate[] chain, String usage) throws CertificateException {
        if (chain.length == 0 || chain.length > MAX_CHAIN) {
            throw new CertificateException("a chain of " + chain.length + " certificates");
        }
        var leaf = chain[0];
        leaf.checkValidity();
        if (bundle.isPresent()) {
            validate(Arrays.asList(chain), bundle.get());
        }
        var usages = leaf.getExtendedKeyUsage();
        if (usages != null && !usages.contains(usage) && !usages.contains(ANY_USAGE)) {
            throw new CertificateException("the certificate is not for this side of a connection");
        }
        var names = wanted.subjectAltNames();
        if (!names.isEmpty() && !SubjectNames.of(leaf).fitsAny(names)) {
            throw new OpenSslCertificateException(
                    "none of the names " + leaf.getSubjectAlternativeNames() + " is expected of this peer",
                    CERT_REJECTED);
        }
        if (!wanted.pins().isEmpty() && !isPinned(leaf)) {
            throw new OpenSslCertificateException("neither the certificate nor its key is pinned", CERT_REJECTED);
        }
    }

    private boolean isPinned(X509Certificate leaf) throws CertificateException {
        var pins = wanted.pins();
        return pins.certificates().contains(digest(leaf.getEncoded()))
                || pins.publicKeys().contains(digest(leaf.getPublicKey().getEncoded()));
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private void validate(List<X509Certificate> chain, TrustBundle trusted) throws CertificateException {
        var untrusted = chain.stream()
                .takeWhile(certificate -> !anchors.contains(certificate))
                .toList();
        if (untrusted.isEmpty()) {
            return;
        }
        if (wanted.maxDepth().isPresent()
                && untrusted.size() - 1 > wanted.maxDepth().getAsInt()) {
            throw new CertificateException("more than " + wanted.maxDepth().getAsInt()
                    + " certificates stand between the peer's and the trusted authority");
        }
        try {
            var path = CertificateFactory.getInstance("X.509").generateCertPath(untrusted);
            CertPathValidator.getInstance("PKIX").validate(path, parameters(trusted));
        } catch (CertPathValidatorException untrustworthy) {
            throw untrustworthy.getReason() == PKIXReason.NO_TRUST_ANCHOR
                    ? new OpenSslCertificateException(
                            UNTRUSTED + untrustworthy.getMessage(), untrustworthy, UNABLE_TO_GET_ISSUER_CERT_LOCALLY)
                    : new CertificateException(UNTRUSTED + untrustworthy.getMessage(), untrustworthy);
        } catch (GeneralSecurityException untrustworthy) {
            throw new CertificateException(UNTRUSTED + untrustworthy.getMessage(), untrustworthy);
        }
    }

    /// Made for each chain: a revocation checker is not for several at once.
    private PKIXParameters parameters(TrustBundle trusted) throws GeneralSecurityException {
        var roots = new HashSet<TrustAnchor>();
        trusted.authorities().forEach(authority -> roots.add(new TrustAnchor(authority, null)));
        var parameters = new PKIXParameters(roots);
        parameters.setRevocationEnabled(false);
        if (!trusted.revocations().isEmpty()) {
            var checker = (PKIXRevocationChecker)
                    CertPathValidator.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(
                    wanted.revocation().leafOnly()
                            ? EnumSet.of(Option.PREFER_CRLS, Option.NO_FALLBACK, Option.ONLY_END_ENTITY)
                            : EnumSet.of(Option.PREFER_CRLS, Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(trusted.revocations())));
        }
        return parameters;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        verify(chain, CLIENT_AUTH);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        verify(chain, SERVER_AUTH);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        verify(chain, CLIENT_AUTH);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        verify(chain, SERVER_AUTH);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        verify(chain, CLIENT_AUTH);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        verify(chain, SERVER_AUTH);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.clone();
    }
}
