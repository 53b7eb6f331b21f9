/// How the command line speaks: streams, colours, tables, JSON and YAML, failures and their exit codes.
///
/// Nothing here knows a command or the control plane. Start reading at [io.heddle.cli.output.Console].
@NullMarked
package io.heddle.cli.output;

import org.jspecify.annotations.NullMarked;
