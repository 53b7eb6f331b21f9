/// Where configuration is kept: documents as users wrote them, with their versions, and a few small maps.
///
/// What lives here: [io.heddle.control.store.ConfigStore], its contract, and the embedded store. What must not: the
/// meaning of a document. Start reading at [io.heddle.control.store.ConfigStore].
@NullMarked
package io.heddle.control.store;

import org.jspecify.annotations.NullMarked;
