package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;

/// The certificate authorities that may have signed a peer's chain.
///
/// @param authorities at least one
record TrustBundle(List<X509Certificate> authorities) {
    TrustBundle {
        authorities = List.copyOf(authorities);
    }

    /// Reads a PEM text; `object` names the secret in problems.
    static Checked<TrustBundle> read(String object, String pem) {
        try {
            return Checked.ok(new TrustBundle(Pem.certificates(pem)));
        } catch (GeneralSecurityException invalid) {
            return Checked.rejected(Problem.error(
                    object,
                    "",
                    "the trusted authorities cannot be read: " + invalid.getMessage(),
                    "give one or more CERTIFICATE blocks"));
        }
    }
}
