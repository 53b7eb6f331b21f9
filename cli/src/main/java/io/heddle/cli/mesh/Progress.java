package io.heddle.cli.mesh;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.Style;
import java.time.Duration;
import java.util.Locale;
import java.util.function.IntSupplier;

/// Says how far the start has come: one line that is written over in a terminal, a line a step elsewhere.
///
/// For one thread.
final class Progress {
    private final Console console;
    private final IntSupplier columns;
    private final long began;
    private String step = "";

    /// Progress since `began`, a [System#nanoTime()].
    ///
    /// @param columns how wide the terminal is now; a line longer than that could not be written over
    Progress(Console console, IntSupplier columns, long began) {
        this.console = console;
        this.columns = columns;
        this.began = began;
    }

    /// A step begins.
    void step(String what) {
        step = what;
        if (console.outTerminal()) {
            detail("");
        } else {
            console.say(what);
        }
    }

    /// How far the step has come; only a terminal shows it.
    void detail(String far) {
        if (console.outTerminal()) {
            var text = step + (far.isEmpty() ? "" : ": " + far);
            var time = " " + seconds(elapsed());
            int room = Math.max(1, columns.getAsInt() - 1 - time.length());
            var shown = text.codePointCount(0, text.length()) <= room
                    ? text
                    : text.substring(0, text.offsetByCodePoints(0, room - 1)) + "…";
            overwrite(shown + console.style(Style.DIM, time));
        }
    }

    /// The end: the last line stands for all before it.
    void done(String what) {
        if (console.outTerminal()) {
            overwrite("");
        }
        console.say(what);
    }

    private void overwrite(String line) {
        if (console.colors()) {
            console.err().print("\r\u001b[K" + line);
        } else {
            console.err().print("\r" + " ".repeat(Math.max(0, columns.getAsInt() - 1)) + "\r" + line);
        }
        console.err().flush();
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /// Seconds with one digit after the point.
    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
