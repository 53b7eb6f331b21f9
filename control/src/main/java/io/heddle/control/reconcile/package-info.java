/// From documents to a mesh: the gate that every change passes, and the loop that builds what is published.
///
/// What lives here: reading the store through the dialects, the dry run, the reconcile loop. What must not: the
/// network.
/// Start reading at [io.heddle.control.reconcile.ReconcileLoop]; a change begins at
/// [io.heddle.control.reconcile.ConfigGate].
@NullMarked
package io.heddle.control.reconcile;

import org.jspecify.annotations.NullMarked;
