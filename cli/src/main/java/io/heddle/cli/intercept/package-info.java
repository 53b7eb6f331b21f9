/// `heddle intercept`: the command that installs, shows and removes an interception.
///
/// What lives here: its subcommands, their options and their reports. What must not: rules
/// ([io.heddle.cli.rules.RuleWriter]), and how they come into the kernel ([io.heddle.cli.packetfilter.Interceptor]).
/// Start reading at [InstallCommand].
@NullMarked
package io.heddle.cli.intercept;

import org.jspecify.annotations.NullMarked;
