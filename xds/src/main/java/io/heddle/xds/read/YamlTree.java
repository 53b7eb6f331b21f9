package io.heddle.xds.read;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// A document of YAML 1.2, of which JSON is a part, as a tree of maps, lists, texts, numbers, booleans and nulls. Size,
/// depth and aliases are limited, so that no input can take up memory without bound.
final class YamlTree {
    private static final int LARGEST = 8 * 1024 * 1024;
    private static final int DEEPEST = 100;
    private static final int MOST_ALIASES = 50;
    private static final int LARGEST_JSON = 4 * LARGEST;

    private final @Nullable Object root;

    private YamlTree(@Nullable Object root) {
        this.root = root;
    }

    /// Reads one document.
    ///
    /// @throws YamlEngineException when it is no YAML, or larger than the limits
    static YamlTree read(String text) {
        var settings = LoadSettings.builder()
                .setAllowDuplicateKeys(false)
                .setAllowRecursiveKeys(false)
                .setMaxAliasesForCollections(MOST_ALIASES)
                .setCodePointLimit(LARGEST)
                .build();
        try {
            return new YamlTree(new Load(settings).loadFromString(text));
        } catch (StackOverflowError e) {
            throw new YamlEngineException("nested too deep", e);
        }
    }

    /// What is wrong, in one line that begins with line and column where they are known: the parser's own
    /// message draws the place over several.
    static String words(YamlEngineException failure) {
        if (failure instanceof MarkedYamlEngineException marked) {
            var place = marked.getProblemMark()
                    .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ");
            return place.orElse("") + firstLine(marked.getProblem());
        }
        return firstLine(String.valueOf(failure.getMessage()));
    }

    private static String firstLine(String text) {
        return text.strip().lines().findFirst().orElse("");
    }

    /// The document. Parts of it may stand in several places (aliases), in none within itself.
    @Nullable
    Object root() {
        return root;
    }

    /// The document as JSON.
    ///
    /// @throws YamlEngineException when it is larger than the limits
    Json json() {
        return new Json(root);
    }

    /// The document as JSON.
    static final class Json {
        private final StringBuilder json = new StringBuilder();
        private final List<String> types = new ArrayList<>();

        private Json(@Nullable Object tree) {
            write(tree, 0);
        }

        String text() {
            return json.toString();
        }

        /// The values of all `@type` keys.
        List<String> types() {
            return types;
        }

        private void write(@Nullable Object value, int depth) {
            if (depth > DEEPEST) {
                throw new YamlEngineException("nested more than " + DEEPEST + " deep");
            }
            if (json.length() > LARGEST_JSON) {
                throw new YamlEngineException("aliases make the document larger than " + LARGEST_JSON + " characters");
            }
            switch (value) {
                case null -> json.append("null");
                case Map<?, ?> map -> writeMap(map, depth);
                case List<?> list -> {
                    json.append('[');
                    for (int i = 0; i < list.size(); i++) {
                        json.append(i == 0 ? "" : ",");
                        write(list.get(i), depth + 1);
                    }
                    json.append(']');
                }
                case Boolean flag -> json.append(flag);
                case Double number when number.isNaN() || number.isInfinite() -> quote(number.toString());
                case Number number -> json.append(number);
                default -> quote(value.toString());
            }
        }

        private void writeMap(Map<?, ?> map, int depth) {
            json.append('{');
            boolean first = true;
            for (var entry : map.entrySet()) {
                json.append(first ? "" : ",");
                first = false;
                var key = String.valueOf(entry.getKey());
                if (key.equals("@type")) {
                    types.add(String.valueOf(entry.getValue()));
                }
                quote(key);
                json.append(':');
                write(entry.getValue(), depth + 1);
            }
            json.append('}');
        }

        private void quote(String text) {
            json.append('"');
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"' || c == '\\') {
                    json.append('\\').append(c);
                } else if (c < ' ' || Character.isSurrogate(c) || c == 0x7f) {
                    json.append(String.format("\\u%04x", (int) c));
                } else {
                    json.append(c);
                }
            }
            json.append('"');
        }
    }
}
