/// `heddle intercept`: the packet-filter rules that lead an application's connections through its sidecar.
///
/// What lives here: the wish ([io.heddle.cli.intercept.Interception]), the rules it means ([RuleWriter]), their texts
/// for the two packet filters of Linux ([IptablesText], [NftablesText]), the plan that gets from what is installed to
/// what is wanted ([Plans]), and the one class that runs commands ([Commands]). All but the last are pure. What must
/// not: what the proxy does with the connections. Start reading at [RuleWriter].
@NullMarked
package io.heddle.cli.intercept;

import org.jspecify.annotations.NullMarked;
