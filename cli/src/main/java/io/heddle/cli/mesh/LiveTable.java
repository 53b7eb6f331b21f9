package io.heddle.cli.mesh;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.Style;
import io.heddle.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import tools.jackson.databind.JsonNode;

/// The demo's table, one row an edge, redrawn in place.
final class LiveTable {
    private static final List<String> HEADINGS = List.of("FROM", "TO", "REQUESTS/S", "SUCCESS", "P50", "P99", "MTLS");

    private final Console console;
    private final Terminal terminal;
    private final Display display;

    LiveTable(Console console, Terminal terminal) {
        this.console = console;
        this.terminal = terminal;
        this.display = new Display(terminal, false);
    }

    /// Draws the newest figures where the last ones stood.
    ///
    /// @param footer what stands below them, for example where the dashboard is
    void draw(JsonNode graph, JsonNode load, List<String> footer) {
        var size = terminal.getSize();
        display.resize(size);
        var shown = Stream.concat(lines(console, graph, load).stream(), footer.stream())
                .limit(Math.max(1, size.getRows() - 1L))
                .map(line -> AttributedString.fromAnsi(line).columnSubSequence(0, Math.max(1, size.getColumns() - 1)))
                .toList();
        display.update(shown, -1);
    }

    static List<String> lines(Console console, JsonNode graph, JsonNode load) {
        var table = new Table(HEADINGS);
        for (var edge : graph.path("edges")) {
            table.row(List.of(
                    name(edge.path("from").asString("")),
                    name(edge.path("to").asString("")),
                    number("%.1f", edge.path("rate").asDouble(0)),
                    measured("%.2f %%", edge.path("success"), 100),
                    measured("%.1f ms", edge.path("p50_ms"), 1),
                    measured("%.1f ms", edge.path("p99_ms"), 1),
                    security(edge.path("mtls"))));
        }
        var lines = new ArrayList<String>();
        var rows = table.lines();
        lines.add(console.style(Style.BOLD, rows.getFirst()));
        for (var row : rows.subList(1, rows.size())) {
            lines.add(row.endsWith(" NO") ? console.style(Style.YELLOW, row) : row);
        }
        lines.add("");
        long lost = load.path("lost").asLong(0);
        var summary = "%d visits, %d lost; looks at a book by version: %s"
                .formatted(load.path("sent").asLong(0), lost, versions(load.path("versions")));
        lines.add(lost > 0 ? console.style(Style.YELLOW, summary) : summary);
        load.path("errors").properties().stream()
                .limit(3)
                .forEach(error -> lines.add(console.style(Style.DIM, "  " + error.getValue() + "× " + error.getKey())));
        return lines;
    }

    private static String versions(JsonNode versions) {
        var texts = versions.properties().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .toList();
        return texts.isEmpty() ? "none yet" : String.join(", ", texts);
    }

    private static String name(String id) {
        return id.startsWith("shop/") ? id.substring("shop/".length()) : id;
    }

    /// What was not measured, because there was no request, is no zero.
    private static String measured(String format, JsonNode value, double factor) {
        return value.isNumber() ? number(format, value.asDouble() * factor) : "-";
    }

    private static String security(JsonNode mtls) {
        if (!mtls.isBoolean()) {
            return "-";
        }
        return mtls.asBoolean() ? "yes" : "NO";
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
