/// `heddle run`: one sidecar with its application as a child process.
///
/// Picks the ports, writes the Envoy bootstrap, gets a join token, starts the proxy and then the application, and ends
/// both in the right order. What the proxy does with a request is not known here. Start reading at
/// [io.heddle.cli.sidecar.Supervisor].
@NullMarked
package io.heddle.cli.sidecar;

import org.jspecify.annotations.NullMarked;
