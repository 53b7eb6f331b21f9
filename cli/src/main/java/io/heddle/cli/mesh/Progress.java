package io.heddle.cli.mesh;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.Style;
import java.time.Duration;
import java.util.Locale;

/// Says how far the start has come: one line that is written over in a terminal, a line a step elsewhere.
///
/// For one thread.
final class Progress {
    private final Console console;
    private final long began;
    private String step = "";

    /// Progress since `began`, a [System#nanoTime()].
    Progress(Console console, long began) {
        this.console = console;
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
            console.err()
                    .print("\r" + text + " " + console.style(Style.DIM, seconds(elapsed()))
                            + (console.colors() ? "\u001b[K" : "    "));
            console.err().flush();
        }
    }

    /// The end: the last line stands for all before it.
    void done(String what) {
        if (console.outTerminal()) {
            console.err().print("\r" + (console.colors() ? "\u001b[K" : " ".repeat(70) + "\r"));
        }
        console.say(what);
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /// Seconds with one digit after the point.
    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
