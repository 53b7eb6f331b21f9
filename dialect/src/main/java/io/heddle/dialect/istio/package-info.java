/// The kinds of the Istio API (`networking.istio.io`, `security.istio.io`).
///
/// What lives here: one reader a kind. What must not: other systems' kinds. Start reading at
/// [io.heddle.dialect.istio.AuthorizationPolicyReader].
@NullMarked
package io.heddle.dialect.istio;

import org.jspecify.annotations.NullMarked;
