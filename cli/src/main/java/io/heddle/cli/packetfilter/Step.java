package io.heddle.cli.packetfilter;

import java.util.List;

/// One command to run.
///
/// @param words the program and its arguments
/// @param input what it reads; empty for nothing
public record Step(List<String> words, String input) {
    public Step {
        words = List.copyOf(words);
    }

    static Step of(String... words) {
        return new Step(List.of(words), "");
    }

    Step reading(String text) {
        return new Step(words, text);
    }

    /// The step as a shell would take it.
    public String text() {
        var command = String.join(" ", words);
        return input.isEmpty() ? command + "\n" : command + " <<'END'\n" + input + "END\n";
    }
}
