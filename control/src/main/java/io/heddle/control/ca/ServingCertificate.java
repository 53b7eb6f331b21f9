package io.heddle.control.ca;

import java.time.Instant;

/// The control plane's own key and certificate.
///
/// @param keyPem PKCS #8 private key
/// @param chainPem leaf first, root last
/// @param renewAt when to ask for the next one
public record ServingCertificate(String keyPem, String chainPem, Instant renewAt) {
    /// Leaves the key out.
    @Override
    public String toString() {
        return "ServingCertificate[renewAt=" + renewAt + "]";
    }
}
