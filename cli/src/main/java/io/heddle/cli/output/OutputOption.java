package io.heddle.cli.output;

import io.heddle.model.problem.Problem;
import java.util.List;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The option `-o`.
public final class OutputOption {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "<format>",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Format format = Format.table;

    private boolean answered;

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
        answered = true;
        return true;
    }

    /// Prints why there is no answer, as `{"problems": […]}`, when JSON or YAML is wanted. What went wrong after
    /// an answer was printed is left to the message and the exit code: a second document would break its
    /// reader.
    public void failed(Console console, List<Problem> problems) {
        if (answered) {
            return;
        }
        var answer = JsonNodeFactory.instance.objectNode();
        var list = answer.putArray("problems");
        problems.forEach(problem -> list.addObject()
                .put("severity", problem.severity().name())
                .put("object", problem.object())
                .put("path", problem.path())
                .put("reason", problem.reason())
                .put("remedy", problem.remedy()));
        printed(console, answer);
    }
}
