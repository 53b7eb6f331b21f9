package io.heddle.cli.command;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// Reads what `-f` names: files, directories with `.yaml`, `.yml` and `.json` files, `-` for standard input.
final class Sources {
    private static final int LARGEST = 16 * 1024 * 1024;

    private Sources() {}

    /// All documents as one YAML stream, in the order given; a directory's files by name.
    ///
    /// @throws Failure when a source is missing, empty of files or too large
    static String read(List<String> names, InputStream in) {
        return names.stream()
                .map(name -> name.equals("-") ? standardInput(in) : path(Path.of(name)))
                .collect(Collectors.joining("\n---\n"));
    }

    private static String standardInput(InputStream in) {
        try {
            return text(in.readNBytes(LARGEST + 1), "standard input");
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILURE, "cannot read standard input: " + e.getMessage(), "", e);
        }
    }

    private static String path(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                return file(path);
            }
            try (var entries = Files.list(path)) {
                var files = entries.filter(entry -> entry.toString().matches(".*\\.(ya?ml|json)"))
                        .sorted()
                        .toList();
                if (files.isEmpty()) {
                    throw new Failure(ExitCode.USAGE, "there is no .yaml, .yml or .json file in " + path, "");
                }
                return files.stream().map(Sources::file).collect(Collectors.joining("\n---\n"));
            }
        } catch (IOException e) {
            throw new Failure(ExitCode.USAGE, "cannot read " + path + ": " + e.getMessage(), "check -f", e);
        }
    }

    private static String file(Path file) {
        if (!Files.exists(file)) {
            throw new Failure(ExitCode.USAGE, "there is no file " + file, "check -f");
        }
        try (var in = Files.newInputStream(file)) {
            return text(in.readNBytes(LARGEST + 1), file.toString());
        } catch (IOException e) {
            throw new Failure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage(), "check -f", e);
        }
    }

    private static String text(byte[] bytes, String name) {
        if (bytes.length > LARGEST) {
            throw new Failure(ExitCode.USAGE, name + " is larger than 16 MiB", "split it");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
