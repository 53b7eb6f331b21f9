/// Where configuration comes from beside the API: watched files, and the workloads that connect.
///
/// What lives here: [io.heddle.control.discovery.DiscoverySource] and one class a source. What must not: how
/// configuration is checked or pushed. Start reading at [io.heddle.control.discovery.DiscoverySource].
@NullMarked
package io.heddle.control.discovery;

import org.jspecify.annotations.NullMarked;
