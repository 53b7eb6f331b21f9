/// The two packet filters of Linux, iptables and nftables, and the way of rules into the kernel and out of it.
///
/// What lives here: the rules' texts ([IptablesText], [NftablesText]), what is installed ([Installed]), the plan that
/// gets from there to what is wanted ([Plans]), and the one class that runs commands ([Tools]). All but the last and
/// [io.heddle.cli.packetfilter.Interceptor] are pure. What must not: which connections are meant. Start reading at
/// [io.heddle.cli.packetfilter.Interceptor].
@NullMarked
package io.heddle.cli.packetfilter;

import org.jspecify.annotations.NullMarked;
