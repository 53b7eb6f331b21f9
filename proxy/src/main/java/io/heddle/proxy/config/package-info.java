/// Which configuration is live, and how it comes to the proxy.
///
/// What lives here: [io.heddle.proxy.config.ActiveConfig] and the sources that feed it (a bootstrap file, ADS, the last
/// good file). What must not: sockets of the data path. Start reading at [io.heddle.proxy.config.ActiveConfig].
@NullMarked
package io.heddle.proxy.config;

import org.jspecify.annotations.NullMarked;
