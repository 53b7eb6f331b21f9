package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.heddle.model.problem.Checked;
import io.heddle.xds.file.TextFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Reads a text that stands in its place, in a file or in the environment. A file is read once, with the configuration
/// that names it.
public final class DataSourceReader {
    private DataSourceReader() {}

    /// The text; empty, and an error, when it cannot be had.
    public static Optional<String> text(DataSource message, Scope scope) {
        scope.check(message, Values.SOURCE);
        return switch (message.getSpecifierCase()) {
            case INLINE_STRING -> Optional.of(message.getInlineString());
            case INLINE_BYTES -> utf8(message.getInlineBytes().toByteArray(), scope.at("inline_bytes"));
            case FILENAME -> file(message.getFilename(), scope.at("filename"));
            case ENVIRONMENT_VARIABLE -> variable(message.getEnvironmentVariable(), scope.at("environment_variable"));
            case SPECIFIER_NOT_SET -> {
                scope.error("says nothing", "set inline_string or filename");
                yield Optional.empty();
            }
        };
    }

    private static Optional<String> file(String name, Scope scope) {
        return switch (TextFile.read(scope.object(), name)) {
            case Checked.Ok<String>(var text, var _) -> Optional.of(text);
            case Checked.Rejected<String>(var problems) -> {
                problems.forEach(found -> scope.error(found.reason(), found.remedy()));
                yield Optional.empty();
            }
        };
    }

    private static Optional<String> variable(String name, Scope scope) {
        var value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            scope.error("there is no environment variable " + name, "set it, or use inline_string");
            return Optional.empty();
        }
        return Optional.of(value);
    }

    private static Optional<String> utf8(byte[] bytes, Scope scope) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException _) {
            scope.error("is no text in UTF-8", "write it in UTF-8");
            return Optional.empty();
        }
    }
}
