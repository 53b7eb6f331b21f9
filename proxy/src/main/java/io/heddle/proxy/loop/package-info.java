/// Event loops and what belongs to exactly one of them: its clock, its timers, its scratch space.
///
/// What lives here: the choice of transport and [io.heddle.proxy.loop.Worker]. What must not: protocols, configuration.
/// Start reading at [io.heddle.proxy.loop.EventLoops].
@NullMarked
package io.heddle.proxy.loop;

import org.jspecify.annotations.NullMarked;
