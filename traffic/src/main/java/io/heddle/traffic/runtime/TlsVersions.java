package io.heddle.traffic.runtime;

/// The TLS versions spoken, both ends included.
///
/// @param minimum the oldest
/// @param maximum the newest
public record TlsVersions(Version minimum, Version maximum) {
    public static final TlsVersions DEFAULT = new TlsVersions(Version.TLS_1_2, Version.TLS_1_3);

    /// A TLS version.
    public enum Version {
        TLS_1_2,
        TLS_1_3
    }
}
