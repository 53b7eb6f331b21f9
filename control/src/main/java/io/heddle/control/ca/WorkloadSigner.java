package io.heddle.control.ca;

import io.heddle.model.name.Entitlement;
import java.time.Duration;
import java.util.Optional;

/// Decides who gets a certificate: the holder of a join token for one key, and then the holder of a certificate for
/// the same identity and the same labels again.
public final class WorkloadSigner {
    private final CertificateAuthority authority;
    private final JoinTokens tokens;

    public WorkloadSigner(CertificateAuthority authority, JoinTokens tokens) {
        this.authority = authority;
        this.tokens = tokens;
    }

    /// Signs for the identity that the caller has proved by its certificate, else for the one its token earns. The
    /// request is checked first, so that a malformed one does not cost the token.
    ///
    /// @param csrPem the certificate request
    /// @param asked the validity asked for; zero for the usual one
    /// @param caller what the client certificate proves
    /// @param token the join token, looked at only without a client certificate
    /// @throws SigningRefusedException with the reason to answer
    public IssuedCertificate sign(String csrPem, Duration asked, Optional<Entitlement> caller, Optional<String> token)
            throws SigningRefusedException {
        var request = VerifiedRequest.of(csrPem);
        return authority.sign(entitlement(caller, token, request), request, asked);
    }

    private Entitlement entitlement(Optional<Entitlement> caller, Optional<String> token, VerifiedRequest request)
            throws SigningRefusedException {
        if (caller.isPresent()) {
            return sameMesh(caller.get());
        }
        if (token.isEmpty()) {
            throw SigningRefusedException.forbidden("neither a client certificate nor a join token was presented");
        }
        return tokens.spend(token.get(), request.publicKey())
                .orElseThrow(() -> SigningRefusedException.forbidden(
                        "the join token is unknown, expired or used by another key; make a new one for this workload"));
    }

    private Entitlement sameMesh(Entitlement caller) throws SigningRefusedException {
        var identity = caller.identity();
        if (!authority.identity(identity.namespace(), identity.account()).equals(identity)) {
            throw SigningRefusedException.forbidden("the identity " + identity + " is of another trust domain");
        }
        return caller;
    }
}
