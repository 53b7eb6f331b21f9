/// Speaking to a control plane: where it is, which token to show, and its REST API.
///
/// Nothing here prints or knows a command. Start reading at [io.heddle.cli.client.ControlPlaneClient].
@NullMarked
package io.heddle.cli.client;

import org.jspecify.annotations.NullMarked;
