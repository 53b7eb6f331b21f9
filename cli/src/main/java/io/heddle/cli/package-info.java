/// The one binary: every command, how its output looks and which exit code it ends with.
///
/// Commands wire the other modules together and present what they answer; they decide nothing about traffic or
/// configuration themselves. Start reading at [io.heddle.cli.Heddle].
@NullMarked
package io.heddle.cli;

import org.jspecify.annotations.NullMarked;
