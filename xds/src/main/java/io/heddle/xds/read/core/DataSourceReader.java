package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.heddle.xds.file.FileReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// Reads a text that stands in its place, in a file or in the environment. A file is read once, with the configuration
/// that names it.
public final class DataSourceReader {
    private static final int LARGEST = 16 * 1024 * 1024;

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
        try {
            var path = Path.of(name);
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                scope.error(name + ": that is no file", "name a file of text");
                return Optional.empty();
            }
            try (var in = Files.newInputStream(path)) {
                var bytes = in.readNBytes(LARGEST + 1);
                if (bytes.length > LARGEST) {
                    scope.error(name + " has more than " + LARGEST + " bytes", "name a smaller one");
                    return Optional.empty();
                }
                return utf8(bytes, scope);
            }
        } catch (IOException e) {
            scope.error(FileReason.of(e), "name a file that can be read");
        } catch (InvalidPathException e) {
            scope.error("is no path: " + name, "name a file of text");
        }
        return Optional.empty();
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
