package io.heddle.cli.mesh;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import tools.jackson.databind.JsonNode;

/// The terminal the demo is shown in, if it is shown in one: how wide it is, and the table that is drawn there.
///
/// Safe for use by many threads: once it has ended, nothing is drawn over what was said last.
final class Screen implements AutoCloseable {
    private static final int USUAL_COLUMNS = 80;

    private final Console console;
    private final Optional<Terminal> terminal;
    private Optional<LiveTable> table = Optional.empty();
    private boolean ended;

    private Screen(Console console, Optional<Terminal> terminal) {
        this.console = console;
        this.terminal = terminal;
    }

    /// The screen of a console; one without a terminal draws nothing.
    static Screen of(Console console) {
        if (!console.outTerminal()) {
            return new Screen(console, Optional.empty());
        }
        try {
            return new Screen(
                    console,
                    Optional.of(TerminalBuilder.builder()
                            .system(true)
                            .nativeSignals(false)
                            .build()));
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILURE, "cannot use the terminal: " + e.getMessage(), "use --headless", e);
        }
    }

    /// How many columns it has now.
    int columns() {
        int wide = terminal.map(open -> open.getSize().getColumns()).orElse(0);
        return wide > 0 ? wide : USUAL_COLUMNS;
    }

    /// Draws the table where it stood before.
    synchronized void draw(JsonNode graph, JsonNode load, List<String> footer) {
        if (ended || terminal.isEmpty()) {
            return;
        }
        var drawn = table.orElseGet(() -> new LiveTable(console, terminal.get()));
        table = Optional.of(drawn);
        drawn.draw(graph, load, footer);
    }

    /// Says a last word below everything, on a line of its own.
    synchronized void end(String word) {
        if (!ended && terminal.isPresent()) {
            console.say("");
            console.say(word);
        }
        ended = true;
    }

    @Override
    public synchronized void close() {
        ended = true;
        try {
            if (terminal.isPresent()) {
                terminal.get().close();
            }
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILURE, "cannot give the terminal back: " + e.getMessage(), "run 'reset'", e);
        }
    }
}
