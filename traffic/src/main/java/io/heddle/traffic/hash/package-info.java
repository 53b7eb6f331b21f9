/// Hashes of requests: which parts of a request say where it belongs, and the functions that rings and tables are
/// built by.
///
/// What lives here: hash functions, hash policies and what comes of them. What must not: hosts, which know nothing of
/// this package's policies. Start reading at [io.heddle.traffic.hash.HashPolicy].
@NullMarked
package io.heddle.traffic.hash;

import org.jspecify.annotations.NullMarked;
