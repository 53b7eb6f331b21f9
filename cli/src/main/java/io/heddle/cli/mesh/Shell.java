package io.heddle.cli.mesh;

import java.util.List;
import java.util.stream.Collectors;

/// Command lines as a shell reads them, for people to copy.
final class Shell {
    private Shell() {}

    /// One word, quoted where a shell would read it as anything else.
    static String word(String text) {
        return text.matches("[A-Za-z0-9_./:=@%+,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /// A whole command line.
    static String line(List<String> words) {
        return words.stream().map(Shell::word).collect(Collectors.joining(" "));
    }
}
