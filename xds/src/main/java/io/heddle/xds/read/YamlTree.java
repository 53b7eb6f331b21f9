package io.heddle.xds.read;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.schema.Schema;
import io.heddle.xds.schema.TreeMessage;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// A document of YAML 1.2, of which JSON is a part, as a tree of maps, lists, texts, numbers, booleans and nulls. Size
/// and aliases are limited, so that no input can take up memory without bound.
final class YamlTree {
    private static final int LARGEST = 8 * 1024 * 1024;
    private static final int MOST_ALIASES = 50;

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

    /// The bytes of a message of this type that `tree` writes; what is wrong with it goes to `scope`.
    static ByteString bytes(Class<? extends Message> type, @Nullable Object tree, Scope scope) {
        return TreeMessage.bytes(
                Schema.envoy(),
                Schema.fullName(type),
                tree,
                (path, reason, remedy) -> (path.isEmpty() ? scope : scope.at(path)).error(reason, remedy));
    }
}
