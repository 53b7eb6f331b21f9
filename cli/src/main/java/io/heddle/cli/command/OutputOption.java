package io.heddle.cli.command;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.Documents;
import io.heddle.cli.output.Format;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// The option `-o`.
public final class OutputOption {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "<format>",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Format format = Format.table;

    /// The chosen form.
    public Format format() {
        return format;
    }

    /// Prints the whole answer when JSON or YAML is wanted, and says whether it did.
    public boolean printed(Console console, JsonNode answer) {
        switch (format) {
            case json -> console.out().print(Documents.json(answer));
            case yaml -> console.out().print(Documents.yaml(answer));
            case table, wide, name -> {
                return false;
            }
        }
        return true;
    }
}
