/// Trying again: when, how often, at which other host, after which pause, and how long it may take in all.
///
/// What lives here: pure deciders that get time and chance as arguments, and the policies that they decide by. What
/// must not: timers, and what limits retries for the sake of a cluster, which are its breakers. Start reading at
/// [io.heddle.traffic.resilience.retry.RetryDecider].
@NullMarked
package io.heddle.traffic.resilience.retry;

import org.jspecify.annotations.NullMarked;
