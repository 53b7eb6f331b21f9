package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// The certificate authorities that may have signed a peer's chain, and what they have revoked.
///
/// @param authorities at least one
/// @param revocations their revocation lists; none look nothing up
record TrustBundle(List<X509Certificate> authorities, List<X509CRL> revocations) {
    TrustBundle {
        authorities = List.copyOf(authorities);
        revocations = List.copyOf(revocations);
    }

    /// Reads a PEM text; `object` names the secret in problems.
    static Checked<TrustBundle> read(String object, String pem) {
        try {
            return Checked.ok(new TrustBundle(Pem.certificates(pem), Pem.revocations(pem)));
        } catch (GeneralSecurityException invalid) {
            return Checked.rejected(Problem.error(
                    object,
                    "",
                    "the trusted authorities cannot be read: " + invalid.getMessage(),
                    "give one or more CERTIFICATE blocks"));
        }
    }

    /// This bundle with the revocation lists of a PEM text, which must have some, besides its own.
    Checked<TrustBundle> revoking(String object, String pem) {
        try {
            var lists = new ArrayList<>(revocations);
            if (!lists.addAll(Pem.revocations(pem))) {
                throw new CRLException("no X509 CRL block");
            }
            return Checked.ok(new TrustBundle(authorities, lists));
        } catch (GeneralSecurityException invalid) {
            return Checked.rejected(Problem.error(
                    object,
                    "",
                    "the revocation lists cannot be read: " + invalid.getMessage(),
                    "give one or more X509 CRL blocks"));
        }
    }
}
