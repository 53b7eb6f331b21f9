/// `heddle demo`: a whole mesh of real processes on this machine.
///
/// One control plane, one `heddle run` for each workload of the bookshop, traffic, a live table or one JSON report.
/// Start reading at [io.heddle.cli.mesh.DemoCommand].
@NullMarked
package io.heddle.cli.mesh;

import org.jspecify.annotations.NullMarked;
