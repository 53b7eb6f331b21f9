/// Commands that check files without a mesh.
///
/// What lives here: `check-routes` and `explain`. What must not: anything that speaks to a control plane or runs a
/// proxy. Start reading at [io.heddle.cli.check.CheckRoutesCommand].
@NullMarked
package io.heddle.cli.check;

import org.jspecify.annotations.NullMarked;
