package io.heddle.cli.command;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.file.FileReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What `-f` names: files, directories with `.yaml`, `.yml` and `.json` files, `-` for standard input.
///
/// @param parts the texts in the order given; a directory's files by name
record Sources(List<Part> parts) {
    private static final int LARGEST = 16 * 1024 * 1024;
    private static final String STANDARD_INPUT = "standard input";
    private static final String BETWEEN = "\n---\n";
    private static final Pattern LINE = Pattern.compile("\\bline ([0-9]{1,9})");

    Sources {
        parts = List.copyOf(parts);
    }

    /// One text.
    ///
    /// @param name the file's path, or `standard input`
    /// @param text its content
    record Part(String name, String text) {
        private long lines() {
            return text.chars().filter(letter -> letter == '\n').count();
        }

        private boolean describes(String object, String namespace) {
            return switch (Documents.parse(text, namespace)) {
                case Checked.Ok<List<Document>>(List<Document> documents, var _) ->
                    documents.stream()
                            .anyMatch(document -> document.object().toString().equals(object));
                case Checked.Rejected<List<Document>>(List<Problem> problems) ->
                    problems.stream().anyMatch(problem -> problem.object().equals(object));
            };
        }
    }

    /// Reads them.
    ///
    /// @throws Failure when a source is missing, empty of files or too large
    static Sources read(List<String> names, InputStream in) {
        return new Sources(names.stream()
                .flatMap(name -> name.equals("-") ? Stream.of(standardInput(in)) : path(Path.of(name)).stream())
                .toList());
    }

    /// All documents as one YAML stream.
    String whole() {
        return parts.stream().map(Part::text).collect(Collectors.joining(BETWEEN));
    }

    /// Refuses sources without any object, by name.
    ///
    /// @throws Failure when there is none
    void ensureAnObject(String namespace) {
        boolean empty = Documents.parse(whole(), namespace) instanceof Checked.Ok<List<Document>> ok
                && ok.value().isEmpty();
        if (empty) {
            var names = parts.stream().map(Part::name).distinct().collect(Collectors.joining(", "));
            throw new Failure(ExitCode.REFUSED, "there is no object in " + names, "write YAML or JSON objects there");
        }
    }

    /// The problem, with the file in which its object stands before the object's name, or the files where it
    /// stands in several; its line counts from the beginning of that file.
    Problem locate(Problem problem, String namespace) {
        if (parts.size() == 1 && parts.getFirst().name().equals(STANDARD_INPUT)) {
            return problem; // there is no other place it could be
        }
        boolean byObject = LINE.matcher(problem.object()).find();
        if (byObject || LINE.matcher(problem.reason()).lookingAt()) {
            return atLine(problem, byObject);
        }
        var names = parts.stream()
                .filter(part -> parts.size() == 1 || part.describes(problem.object(), namespace))
                .map(Part::name)
                .distinct()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? problem : named(problem, names, problem.object());
    }

    /// Of what is no object yet: its line stands in the object's name, or, for text that is no YAML, at the beginning
    /// of the reason.
    private Problem atLine(Problem problem, boolean byObject) {
        var line = LINE.matcher(byObject ? problem.object() : problem.reason());
        long wanted = line.find() ? Long.parseLong(line.group(1)) : 0;
        for (var part : parts) {
            if (wanted <= part.lines() + 1) {
                var own = line.replaceFirst("line " + wanted);
                return byObject
                        ? named(problem, part.name(), own)
                        : new Problem(problem.severity(), part.name(), problem.path(), own, problem.remedy());
            }
            wanted -= part.lines() + 2;
        }
        return problem;
    }

    private static Problem named(Problem problem, String files, String object) {
        return new Problem(
                problem.severity(), files + ": " + object, problem.path(), problem.reason(), problem.remedy());
    }

    private static Part standardInput(InputStream in) {
        try {
            return text(in.readNBytes(LARGEST + 1), STANDARD_INPUT);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot read standard input: " + e.getMessage(), "give a file with -f", e);
        }
    }

    private static List<Part> path(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                return List.of(file(path));
            }
            try (var entries = Files.list(path)) {
                var files = entries.filter(entry -> entry.toString().matches(".*\\.(ya?ml|json)"))
                        .sorted()
                        .toList();
                if (files.isEmpty()) {
                    throw new Failure(
                            ExitCode.USAGE,
                            "there is no .yaml, .yml or .json file in " + path,
                            "name the files themselves");
                }
                return files.stream().map(Sources::file).toList();
            }
        } catch (IOException e) {
            throw new Failure(ExitCode.USAGE, "cannot read " + FileReason.of(e), "check -f", e);
        }
    }

    private static Part file(Path file) {
        if (!Files.exists(file)) {
            throw new Failure(ExitCode.USAGE, "there is no file " + file, "check -f");
        }
        try (var in = Files.newInputStream(file)) {
            return text(in.readNBytes(LARGEST + 1), file.toString());
        } catch (IOException e) {
            throw new Failure(ExitCode.USAGE, "cannot read " + FileReason.of(e), "check -f", e);
        }
    }

    private static Part text(byte[] bytes, String name) {
        if (bytes.length > LARGEST) {
            throw new Failure(ExitCode.USAGE, name + " is larger than 16 MiB", "split it");
        }
        return new Part(name, new String(bytes, StandardCharsets.UTF_8));
    }
}
