/// The last step of the build: what makes a distribution quick to start and small.
///
/// It links the distribution's own Java runtime and trains its ahead-of-time caches by using the distribution as a user
/// would. Nothing here runs in a mesh. Start reading at [io.heddle.cli.training.Training].
@NullMarked
package io.heddle.cli.training;

import org.jspecify.annotations.NullMarked;
