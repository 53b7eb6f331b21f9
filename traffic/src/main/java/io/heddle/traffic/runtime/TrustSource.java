package io.heddle.traffic.runtime;

/// Where trusted certificate authorities come from.
public sealed interface TrustSource {
    /// A PEM text in the configuration.
    record Inline(String pem) implements TrustSource {}

    /// A PEM file, read again when it changes.
    record File(String path) implements TrustSource {}

    /// A secret by name, for example `ROOTCA`.
    record Secret(String name) implements TrustSource {}

    /// The secret `name` in a file of secrets, read again when it or a file that it names changes.
    record SecretFile(String path, String name) implements TrustSource {}

    /// None: peers are not verified.
    record None() implements TrustSource {}
}
