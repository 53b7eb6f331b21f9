package io.heddle.cli.command;

import picocli.CommandLine.Option;

/// The option `-n`.
final class NamespaceOption {
    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "<namespace>",
            defaultValue = "${env:HEDDLE_NAMESPACE:-default}",
            description = "The namespace. Default: $HEDDLE_NAMESPACE or 'default'.")
    private String namespace = "default";

    String namespace() {
        return namespace;
    }
}
