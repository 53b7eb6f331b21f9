/// Which configuration is live, and which runtime.
///
/// What lives here: [io.heddle.proxy.config.ActiveConfig] and the one gate to it, and
/// [io.heddle.proxy.config.ActiveRuntime]. What must not: where
/// configurations come from, and sockets of the data path. Start reading at
/// [io.heddle.proxy.config.ActiveConfig].
@NullMarked
package io.heddle.proxy.config;

import org.jspecify.annotations.NullMarked;
