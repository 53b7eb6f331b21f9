package io.heddle.control.ca;

import io.heddle.model.name.SpiffeId;
import java.time.Duration;
import java.util.Optional;

/// Decides who gets a certificate: the holder of a join token once, and then the holder of a certificate for the same
/// identity again.
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
    /// @param caller the identity of the client certificate
    /// @param token the join token, looked at only without a client certificate
    /// @throws SigningRefusedException with the reason to answer
    public IssuedCertificate sign(String csrPem, Duration asked, Optional<SpiffeId> caller, Optional<String> token)
            throws SigningRefusedException {
        var request = VerifiedRequest.of(csrPem);
        return authority.sign(identity(caller, token), request, asked);
    }

    private SpiffeId identity(Optional<SpiffeId> caller, Optional<String> token) throws SigningRefusedException {
        if (caller.isPresent()) {
            return sameMesh(caller.get());
        }
        if (token.isEmpty()) {
            throw SigningRefusedException.forbidden("neither a client certificate nor a join token was presented");
        }
        return tokens.spend(token.get())
                .orElseThrow(() -> SigningRefusedException.forbidden(
                        "the join token is unknown, used or expired; make a new one for this workload"));
    }

    private SpiffeId sameMesh(SpiffeId caller) throws SigningRefusedException {
        if (!authority.identity(caller.namespace(), caller.account()).equals(caller)) {
            throw SigningRefusedException.forbidden("the identity " + caller + " is of another trust domain");
        }
        return caller;
    }
}
