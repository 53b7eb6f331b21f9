/// The control plane's HTTP interfaces: the REST API with the dashboard, and the metrics and debug port.
///
/// What lives here: one class a topic, and a small server around the JDK's. What must not: decisions about the mesh.
/// Start reading at [io.heddle.control.api.RestApi], which lists every route.
@NullMarked
package io.heddle.control.api;

import org.jspecify.annotations.NullMarked;
