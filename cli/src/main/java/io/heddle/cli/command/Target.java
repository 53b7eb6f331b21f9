package io.heddle.cli.command;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.dialect.Dialects;
import io.heddle.dialect.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a command line names: kinds, or one object of one kind.
///
/// @param kinds at least one kind
/// @param name the object's name; empty for all of the kinds
record Target(List<Kind> kinds, Optional<String> name) {
    Target {
        kinds = List.copyOf(kinds);
    }

    /// Reads `all`, `svc,httproute`, `httproute catalog` and `httproute/catalog`, several of the last.
    ///
    /// @throws Failure with [ExitCode#USAGE] on an unknown kind or a name without its kind
    static List<Target> parse(List<String> words) {
        if (words.size() == 2
                && !words.getFirst().contains("/")
                && !words.get(1).contains("/")) {
            return List.of(new Target(kinds(words.getFirst()), Optional.of(words.get(1))));
        }
        var targets = new ArrayList<Target>();
        for (var word : words) {
            int slash = word.indexOf('/');
            if (slash < 0 && words.size() > 1) {
                throw new Failure(
                        ExitCode.USAGE,
                        "'" + word + "' does not say of which kind it is",
                        "write kind/name, for example httproute/" + word);
            }
            targets.add(
                    slash < 0
                            ? new Target(kinds(word), Optional.empty())
                            : new Target(kinds(word.substring(0, slash)), Optional.of(word.substring(slash + 1))));
        }
        return targets;
    }

    private static List<Kind> kinds(String words) {
        if (words.equals("all")) {
            return Dialects.kinds();
        }
        var kinds = new ArrayList<Kind>();
        for (var word : words.split(",", -1)) {
            kinds.add(Dialects.kind(word)
                    .orElseThrow(() -> new Failure(
                            ExitCode.USAGE,
                            "there is no kind '" + word + "'",
                            "use one of " + String.join(", ", KindWords.words()))));
        }
        return kinds;
    }
}
