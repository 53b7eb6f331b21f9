package io.heddle.cli.command;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.client.Locator;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options that say which control plane is meant.
public final class ServerOptions {
    @Option(
            names = "--server",
            paramLabel = "<address|dir>",
            description = "The control plane's API address or state directory. Default: $HEDDLE_SERVER,"
                    + " ./.heddle/control, or the running demo.")
    private Optional<String> server = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "<file>",
            description = "A file with the admin token. Default: $HEDDLE_TOKEN, or beside the control plane's state.")
    private Optional<Path> tokenFile = Optional.empty();

    /// A client of it.
    public ControlPlaneClient client() {
        return new ControlPlaneClient(Locator.ofProcess().locate(server, tokenFile));
    }
}
