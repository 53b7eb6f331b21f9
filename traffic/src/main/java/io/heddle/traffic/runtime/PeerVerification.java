package io.heddle.traffic.runtime;

import java.util.List;
import java.util.OptionalInt;

/// What is asked of a peer's certificate, as Envoy's `CertificateValidationContext`. All of it must hold.
///
/// @param trust who may have signed it
/// @param subjectAltNames one of its names must fit one of them; empty asks for none
/// @param pins which certificates or keys alone are taken
/// @param revocation which certificates are not taken any more
/// @param maxDepth how many certificates may stand between it and the trusted authority; empty for no limit but the
///     proxy's own
public record PeerVerification(
        TrustSource trust,
        List<SubjectAltNameMatcher> subjectAltNames,
        Pins pins,
        Revocation revocation,
        OptionalInt maxDepth) {
    /// Nothing is asked.
    public static final PeerVerification NONE = of(new TrustSource.None(), List.of());

    public PeerVerification {
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    /// An authority and names, and nothing else.
    public static PeerVerification of(TrustSource trust, List<SubjectAltNameMatcher> subjectAltNames) {
        return new PeerVerification(trust, subjectAltNames, Pins.NONE, Revocation.NONE, OptionalInt.empty());
    }

    /// Whether nothing is asked but an authority.
    public boolean isTrustAlone() {
        return equals(of(trust, List.of()));
    }

    /// Digests of which the certificate must fit one (Envoy's `verify_certificate_hash` and `verify_certificate_spki`).
    ///
    /// @param certificates SHA-256 of the certificate, in lower-case hexadecimal
    /// @param publicKeys SHA-256 of its `SubjectPublicKeyInfo`, in lower-case hexadecimal
    public record Pins(List<String> certificates, List<String> publicKeys) {
        public static final Pins NONE = new Pins(List.of(), List.of());

        public Pins {
            certificates = List.copyOf(certificates);
            publicKeys = List.copyOf(publicKeys);
        }

        /// Whether every certificate is taken.
        public boolean isEmpty() {
            return certificates.isEmpty() && publicKeys.isEmpty();
        }
    }

    /// Revocation lists (Envoy's `crl`). Where there are any, every authority of a chain must have one that is in
    /// force, or the chain is refused.
    ///
    /// @param lists where they come from, as PEM (`X509 CRL`)
    /// @param leafOnly whether only the peer's own certificate is looked up (`only_verify_leaf_cert_crl`)
    public record Revocation(TrustSource lists, boolean leafOnly) {
        public static final Revocation NONE = new Revocation(new TrustSource.None(), false);

        /// Whether `pem` is one or more lists and nothing else: one that is none would revoke nothing, in silence, and
        /// a certificate beside the lists would be trusted where they are kept with the authorities.
        public static boolean isLists(String pem) {
            return pem.contains("-----BEGIN X509 CRL-----") && !pem.contains("-----BEGIN CERTIFICATE-----");
        }
    }
}
