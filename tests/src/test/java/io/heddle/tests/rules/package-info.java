/// The rules of the house, as tests: which module may see which, how files and classes look, and that the documents
/// name things that exist. Start reading at [io.heddle.tests.rules.ModuleArrowsTest].
@NullMarked
package io.heddle.tests.rules;

import org.jspecify.annotations.NullMarked;
