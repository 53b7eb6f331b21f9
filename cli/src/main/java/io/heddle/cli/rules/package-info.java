/// The rules that lead an application's connections through its sidecar, as data.
///
/// What lives here: the wish ([io.heddle.cli.rules.Interception]) and the rules it means
/// ([io.heddle.cli.rules.RuleWriter]), the same for every packet filter. Pure. What must not: the words of a packet
/// filter, and anything that runs. Start reading at [io.heddle.cli.rules.RuleWriter].
@NullMarked
package io.heddle.cli.rules;

import org.jspecify.annotations.NullMarked;
