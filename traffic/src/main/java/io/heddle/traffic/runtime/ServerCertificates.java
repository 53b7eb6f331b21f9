package io.heddle.traffic.runtime;

import java.util.List;

/// The certificates of a server, of which each client is shown one: that for the name it asks for, and of
/// those the one whose kind of key it can check, as Envoy chooses among `tls_certificates`.
///
/// @param all in the order in which they are written, which decides where nothing else does
/// @param fullScan whether a client that asks for a name that none has is shown the first that it can check, rather
///     than the first, as Envoy's `full_scan_certs_on_sni_mismatch`
public record ServerCertificates(List<CertificateSource> all, boolean fullScan) {
    /// No certificate.
    public static final ServerCertificates NONE = new ServerCertificates(List.of(), false);

    public ServerCertificates {
        all = List.copyOf(all);
    }

    /// One certificate for all clients.
    public static ServerCertificates of(CertificateSource one) {
        return new ServerCertificates(List.of(one), false);
    }
}
