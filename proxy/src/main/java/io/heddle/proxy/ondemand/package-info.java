/// What requests wait for because the control plane has to be asked for it.
///
/// What lives here: [io.heddle.proxy.ondemand.OnDemand], the questions under way and who waits for them. What must not:
/// how the control plane is asked, and what becomes of a request. Start reading at
/// [io.heddle.proxy.ondemand.OnDemand].
@NullMarked
package io.heddle.proxy.ondemand;

import org.jspecify.annotations.NullMarked;
