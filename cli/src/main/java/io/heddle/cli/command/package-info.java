/// The commands that speak to a control plane: apply, get, delete, proxy-status, version, token; and completion.
///
/// Each command is one class: its options, one or two calls of the client, and how the answer looks. Start reading at
/// [io.heddle.cli.command.GetCommand].
@NullMarked
package io.heddle.cli.command;

import org.jspecify.annotations.NullMarked;
