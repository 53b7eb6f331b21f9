package io.heddle.tests.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The checkout that the tests run in.
final class Repository {
    /// The modules of the house, from the ground up.
    static final List<String> MODULES = List.of(
            "model", "dialect", "traffic", "xds", "xds-server", "proxy", "control", "cli", "demo", "tests", "bench");

    private Repository() {}

    /// The folder that holds the modules.
    static Path root() {
        var folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
            var parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "ARCHITECTURE.md was not found above " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return folder;
    }

    /// Every hand-written Java file.
    static List<Path> javaFiles() {
        try (Stream<Path> modules =
                MODULES.stream().map(module -> root().resolve(module).resolve("src"))) {
            return modules.filter(Files::isDirectory)
                    .flatMap(Repository::walk)
                    .filter(file -> file.toString().endsWith(".java"))
                    .toList();
        }
    }

    /// A file's text.
    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> walk(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
