package io.heddle.dialect.tree;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// Reads YAML 1.2 text (core schema, hence JSON too) into trees of immutable `Map`, `List`, `String`, `Long`,
/// `Double` and `Boolean`. The text is not trusted: size, depth and what aliases may repeat are limited, and a key
/// given twice is refused.
public final class TreeReader {
    /// The longest text taken, in UTF-16 units.
    public static final int MAX_LENGTH = 4 * 1024 * 1024;
    /// The deepest nesting taken.
    public static final int MAX_DEPTH = 50;
    /// How many values aliases may repeat in one text.
    public static final int MAX_REPEATED = 10_000;

    private static final String SYNTAX = "mend that line; YAML is indented with spaces, not tabs";

    private TreeReader() {}

    /// One document of the text.
    ///
    /// @param value its tree
    /// @param line the line on which it begins, from 1
    public record Root(Object value, int line) {}

    /// The documents of `text` in order, empty ones left out; refused as a whole when any of it is malformed.
    public static Checked<List<Root>> read(String text) {
        return read(text, _ -> false);
    }

    /// The documents of `text`, as [#read(String)] has them.
    ///
    /// @param texts whether the scalar at a path, such as `rules[0].value`, is a text though it looks like a
    ///     number or a flag
    public static Checked<List<Root>> read(String text, Predicate<String> texts) {
        if (text.length() > MAX_LENGTH) {
            return refused("", "the text is longer than " + MAX_LENGTH + " characters", "split it");
        }
        var settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setCodePointLimit(MAX_LENGTH)
                .build();
        var problems = new ArrayList<Problem>();
        try {
            var events = new Parse(settings).parseString(text).iterator();
            return Checked.of(documents(events, problems, texts), problems);
        } catch (TreeException problem) {
            return refused(problem.path(), problem.place() + problem.reason(), problem.remedy());
        } catch (MarkedYamlEngineException problem) {
            var place = problem.getProblemMark()
                    .map(mark -> TreeException.place(mark.getLine(), mark.getColumn()))
                    .orElse("");
            return refused("", place + "not YAML: " + oneLine(problem.getProblem()), SYNTAX);
        } catch (YamlEngineException problem) {
            return refused("", "not YAML: " + oneLine(String.valueOf(problem.getMessage())), SYNTAX);
        }
    }

    private static List<Root> documents(Iterator<Event> events, List<Problem> problems, Predicate<String> texts) {
        var roots = new ArrayList<Root>();
        while (events.hasNext()) {
            var event = events.next();
            if (!(event instanceof DocumentStartEvent)) {
                continue;
            }
            var builder = new TreeBuilder(events, problems, texts);
            int line = event.getEndMark().map(mark -> mark.getLine() + 1).orElse(1);
            builder.document().ifPresent(value -> roots.add(new Root(value, line)));
            if (!(events.next() instanceof DocumentEndEvent)) {
                throw new IllegalStateException("the YAML parser gave a document two roots");
            }
        }
        return List.copyOf(roots);
    }

    private static Checked<List<Root>> refused(String path, String reason, String remedy) {
        return Checked.rejected(Problem.error("input", path, reason, remedy));
    }

    private static String oneLine(String text) {
        return text.strip().lines().findFirst().orElse("");
    }
}
