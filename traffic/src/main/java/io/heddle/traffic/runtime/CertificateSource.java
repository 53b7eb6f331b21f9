package io.heddle.traffic.runtime;

/// Where a certificate with its key comes from.
public sealed interface CertificateSource {
    /// PEM texts in the configuration.
    record Inline(String chainPem, String keyPem) implements CertificateSource {}

    /// PEM files, read again when they change.
    record Files(String chain, String key) implements CertificateSource {}

    /// A secret by name; `default` is the proxy's own identity.
    record Secret(String name) implements CertificateSource {}

    /// The secret `name` in a file of secrets, read again when it or a file that it names changes.
    record SecretFile(String path, String name) implements CertificateSource {}

    /// None.
    record None() implements CertificateSource {}
}
