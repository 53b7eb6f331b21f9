package io.heddle.xds.server;

/// A server's own certificate.
///
/// @param chainPem PEM, leaf first
/// @param privateKeyPem PKCS#8 in PEM
public record ServingCertificate(String chainPem, String privateKeyPem) {
    /// Without the key.
    @Override
    public String toString() {
        return "ServingCertificate[" + chainPem.length() + " characters of PEM]";
    }
}
