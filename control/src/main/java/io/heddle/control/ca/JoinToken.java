package io.heddle.control.ca;

import io.heddle.model.name.SpiffeId;
import java.time.Instant;

/// A token that earns a workload its first certificate, once.
///
/// @param token the secret, to be handed to the workload; the store keeps only its hash
/// @param identity the identity that it earns
/// @param expiresAt when it stops working
public record JoinToken(String token, SpiffeId identity, Instant expiresAt) {
    /// Leaves the secret out.
    @Override
    public String toString() {
        return "JoinToken[identity=" + identity + ", expiresAt=" + expiresAt + "]";
    }
}
