/// What is wrong with what a user wrote, as data: [io.heddle.model.problem.Problem] and
/// [io.heddle.model.problem.Checked].
@NullMarked
package io.heddle.model.problem;

import org.jspecify.annotations.NullMarked;
