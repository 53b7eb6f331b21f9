package io.heddle.cli.output;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// The streams of one command: results go to `out`, everything else to `err`.
///
/// Colours only reach a stream that is a terminal, and not when `NO_COLOR` is set or `TERM` is `dumb`.
///
/// @param in what the user sends
/// @param out results, and nothing else
/// @param err messages for people
/// @param outTerminal whether `out` is a terminal
/// @param colors whether colours may be used on a terminal
public record Console(InputStream in, PrintStream out, PrintStream err, boolean outTerminal, boolean colors) {
    /// The console of this process.
    public static Console ofProcess(Map<String, String> environment) {
        var device = Optional.ofNullable(System.console());
        var terminal = device.map(java.io.Console::isTerminal).orElse(false);
        return new Console(
                System.in,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                terminal,
                terminal && allowsColors(environment));
    }

    /// Whether the environment lets programs use colours.
    static boolean allowsColors(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }

    /// `text` in `style` where colours are used, else as it is.
    public String style(Style style, String text) {
        return colors ? style.on(text) : text;
    }

    /// A message for people, one line.
    public void say(String message) {
        err.println(message);
    }

    /// Tells what failed and what to do next.
    public void fail(String reason, String remedy) {
        err.println(style(Style.RED, "error:") + " " + reason);
        if (!remedy.isEmpty()) {
            err.println("  " + style(Style.CYAN, "try:") + " " + remedy);
        }
    }
}
