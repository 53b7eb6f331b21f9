package io.heddle.control.ca;

import io.heddle.model.name.Entitlement;
import java.time.Instant;

/// A token that earns a workload its first certificate, once.
///
/// @param token the secret, to be handed to the workload; the store keeps only its hash
/// @param entitlement the identity that it earns, and the labels that its holder may state
/// @param expiresAt when it stops working
public record JoinToken(String token, Entitlement entitlement, Instant expiresAt) {
    /// Leaves the secret out.
    @Override
    public String toString() {
        return "JoinToken[identity=" + entitlement.identity() + ", expiresAt=" + expiresAt + "]";
    }
}
