/// The proxy alone, as a process of the built distribution with an Envoy bootstrap, and foreign tools against it.
///
/// Start reading at [io.heddle.tests.proxy.ForeignClientsTest].
@NullMarked
package io.heddle.tests.proxy;

import org.jspecify.annotations.NullMarked;
