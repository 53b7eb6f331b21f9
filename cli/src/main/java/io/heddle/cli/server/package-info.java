/// The commands that are servers: `heddle control` and `heddle proxy`, and how servers log.
///
/// Options in, one call of the module that does the work. Start reading at [io.heddle.cli.server.ControlCommand].
@NullMarked
package io.heddle.cli.server;

import org.jspecify.annotations.NullMarked;
