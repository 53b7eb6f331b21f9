/// The core kinds of Kubernetes (`v1`).
///
/// What lives here: one reader a kind. What must not: a Kubernetes client, other systems' kinds. Start reading at
/// [io.heddle.dialect.kubernetes.ServiceReader].
@NullMarked
package io.heddle.dialect.kubernetes;

import org.jspecify.annotations.NullMarked;
