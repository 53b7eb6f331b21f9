/// The mesh as a whole, and what one proxy may know of it.
///
/// What lives here: [io.heddle.model.view.MeshSnapshot] (indexed, immutable) and [io.heddle.model.view.ProxyView],
/// whose equality decides whether anything is pushed. What must not: I/O, wire formats.
@NullMarked
package io.heddle.model.view;

import org.jspecify.annotations.NullMarked;
