/// What is wrong with what a user wrote, as data: [io.heddle.model.problem.Problem] and
/// [io.heddle.model.problem.Checked]; and what is asked of a text before it is taken.
@NullMarked
package io.heddle.model.problem;

import org.jspecify.annotations.NullMarked;
