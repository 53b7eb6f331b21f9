/// The kinds of the Kubernetes Gateway API (`gateway.networking.k8s.io`), as far as they bind to services (GAMMA).
///
/// What lives here: one reader a kind, and the readers of its parts. What must not: other systems' kinds. Start
/// reading at [io.heddle.dialect.gateway.HttpRouteReader].
@NullMarked
package io.heddle.dialect.gateway;

import org.jspecify.annotations.NullMarked;
