/// The whole mesh, as a user runs it: real processes of the built distribution on loopback.
///
/// Start reading at [io.heddle.tests.mesh.WalkingMeshTest].
@NullMarked
package io.heddle.tests.mesh;

import org.jspecify.annotations.NullMarked;
