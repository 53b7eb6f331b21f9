package io.heddle.model.name;

import java.util.List;

/// What a workload has proved to be, and may therefore state of itself.
///
/// @param identity who it is
/// @param labels the labels that it may state
public record Entitlement(SpiffeId identity, LabelGrant labels) {
    /// The usual one: an account is an instance of the service that is called as it is.
    public static Entitlement usual(SpiffeId identity) {
        return new Entitlement(identity, LabelGrant.ofServices(List.of(identity.account())));
    }
}
