/// Trees of maps, lists, texts, numbers and flags, and how they are read and written.
///
/// What lives here: YAML text to tree with limits, the strict cursor [io.heddle.dialect.tree.Fields], value formats
/// that several systems share, the writers. What must not: any kind of any system. Start reading at
/// [io.heddle.dialect.tree.Fields].
@NullMarked
package io.heddle.dialect.tree;

import org.jspecify.annotations.NullMarked;
