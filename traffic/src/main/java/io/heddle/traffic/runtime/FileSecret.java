package io.heddle.traffic.runtime;

/// What a secret of a file is.
///
/// @param certificate its certificate and key; none where it trusts
/// @param trust whom it trusts; none where it is a certificate
/// @param revocations what those have revoked; may be none
public record FileSecret(CertificateSource certificate, TrustSource trust, TrustSource revocations) {
    /// One that is neither.
    public static final FileSecret NOTHING =
            new FileSecret(new CertificateSource.None(), new TrustSource.None(), new TrustSource.None());
}
