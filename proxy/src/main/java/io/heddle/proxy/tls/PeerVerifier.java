package io.heddle.proxy.tls;

import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Verifies a peer's chain against a trust bundle (PKIX, RFC 5280) and its names against what is expected of it.
///
/// Hosts are not compared with what was dialled: in a mesh the name that counts is the one in the configuration.
/// Revocation lists are not read. Safe on any thread.
final class PeerVerifier extends X509ExtendedTrustManager {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final int MAX_CHAIN = 10;

    private final X509Certificate[] authorities;
    private final Set<X509Certificate> anchors;
    private final PKIXParameters parameters;
    private final List<SubjectAltNameMatcher> names;

    /// Trusts `bundle`; one of a peer's names must fit one of `names`, unless there are none.
    PeerVerifier(TrustBundle bundle, List<SubjectAltNameMatcher> names) throws GeneralSecurityException {
        this.authorities = bundle.authorities().toArray(X509Certificate[]::new);
        this.anchors = Set.copyOf(bundle.authorities());
        var trusted = new HashSet<TrustAnchor>();
        anchors.forEach(authority -> trusted.add(new TrustAnchor(authority, null)));
        this.parameters = new PKIXParameters(trusted);
        this.parameters.setRevocationEnabled(false);
        this.names = List.copyOf(names);
    }

    private void verify(X509Certificate[] chain, String usage) throws CertificateException {
        if (chain.length == 0 || chain.length > MAX_CHAIN) {
            throw new CertificateException("a chain of " + chain.length + " certificates");
        }
        var leaf = chain[0];
        leaf.checkValidity();
        validate(Arrays.asList(chain));
        var usages = leaf.getExtendedKeyUsage();
        if (usages != null && !usages.contains(usage) && !usages.contains(ANY_USAGE)) {
            throw new CertificateException("the certificate is not for this side of a connection");
        }
        if (!names.isEmpty() && !SubjectNames.of(leaf).fitsAny(names)) {
            throw new CertificateException(
                    "none of the names " + leaf.getSubjectAlternativeNames() + " is expected of this peer");
        }
    }

    private void validate(List<X509Certificate> chain) throws CertificateException {
        var untrusted = chain.stream()
                .takeWhile(certificate -> !anchors.contains(certificate))
                .toList();
        if (untrusted.isEmpty()) {
            return;
        }
        try {
            var path = CertificateFactory.getInstance("X.509").generateCertPath(untrusted);
            CertPathValidator.getInstance("PKIX").validate(path, (PKIXParameters) parameters.clone());
        } catch (GeneralSecurityException untrustworthy) {
            throw new CertificateException(
                    "the chain does not lead to a trusted authority: " + untrustworthy.getMessage(), untrustworthy);
        }
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
