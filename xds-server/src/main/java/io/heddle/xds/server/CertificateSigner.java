package io.heddle.xds.server;

import java.util.List;

/// The certificate authority as [CertificateService] sees it. Called on gRPC threads; may block shortly.
public interface CertificateSigner {
    /// Signs, or says why not.
    Signed sign(SigningRequest request);

    /// The outcome.
    sealed interface Signed {
        /// A certificate was issued.
        ///
        /// @param chainPem PEM blocks, leaf first, root last
        record Issued(List<String> chainPem) implements Signed {
            public Issued {
                chainPem = List.copyOf(chainPem);
            }
        }

        /// Neither token nor certificate proves who asks (gRPC UNAUTHENTICATED).
        record NotAuthenticated(String reason) implements Signed {}

        /// Known, but not allowed (gRPC PERMISSION_DENIED).
        record Denied(String reason) implements Signed {}

        /// The request is malformed (gRPC INVALID_ARGUMENT).
        record Invalid(String reason) implements Signed {}
    }
}
