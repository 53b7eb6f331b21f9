/// Heddle's own kinds (`heddle.io`): only what no other system has a word for.
///
/// What lives here: one reader a kind. What must not: other systems' kinds. Start reading at
/// [io.heddle.dialect.heddle.FaultPolicyReader].
@NullMarked
package io.heddle.dialect.heddle;

import org.jspecify.annotations.NullMarked;
