/// What becomes of one request, decision by decision.
///
/// What lives here: the call to be explained, the explanation, and the fold of the decisions that a proxy makes over
/// it. What must not: a decision of its own. Chains, routes, filters and balancers are those that the proxy runs,
/// with a [io.heddle.traffic.request.Trace] that listens. Start reading at [io.heddle.traffic.explain.Explainer].
@NullMarked
package io.heddle.traffic.explain;

import org.jspecify.annotations.NullMarked;
