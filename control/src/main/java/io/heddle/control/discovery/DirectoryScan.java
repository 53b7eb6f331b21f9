package io.heddle.control.discovery;

import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one look through a directory found.
///
/// Hidden files and folders are left out. So a mounted Kubernetes ConfigMap, whose files are links into the hidden
/// folder `..data`, is read once.
///
/// @param files the configuration files as they are now, sorted by path; one that cannot be read has a refusal as its
///     content
/// @param unseen folders that could not be looked into, or not wholly, and why: nothing is known of what is in them
record DirectoryScan(List<FileDocuments> files, Map<Path, Problem> unseen) {
    private static final long MAX_FILE = 4L * 1024 * 1024;
    private static final int MAX_FILES = 10_000;
    private static final int MAX_DEPTH = 8;
    private static final String DEFAULT_NAMESPACE = "default";

    DirectoryScan {
        files = List.copyOf(files);
        unseen = Map.copyOf(unseen);
    }

    /// Looks through `directory`; files whose stamp is that of `known` are not read again.
    ///
    /// @throws IOException when the directory itself cannot be read
    static DirectoryScan of(Path directory, Map<Path, FileDocuments> known) throws IOException {
        var visitor = new Visitor(directory.toRealPath());
        Files.walkFileTree(visitor.root, Set.of(), MAX_DEPTH, visitor);
        var files = new ArrayList<FileDocuments>();
        var unseen = new TreeMap<Path, Problem>();
        visitor.failed.forEach((folder, reason) -> {
            var path = directory.resolve(visitor.root.relativize(folder));
            unseen.put(path, unreadable(path, reason));
        });
        if (visitor.found.size() > MAX_FILES) {
            unseen.put(
                    directory,
                    Problem.error(
                            directory.toString(),
                            "",
                            "has more than " + MAX_FILES + " configuration files; the rest is not read",
                            "use fewer, larger files"));
        }
        for (var path : visitor.found.stream().sorted().limit(MAX_FILES).toList()) {
            var shown = directory.resolve(visitor.root.relativize(path));
            read(shown, Optional.ofNullable(known.get(shown))).ifPresent(files::add);
        }
        return new DirectoryScan(files, unseen);
    }

    /// Whether `file` may be there unseen.
    boolean mayHide(Path file) {
        return unseen.keySet().stream().anyMatch(file::startsWith);
    }

    /// The file as it is now; empty when it has gone since it was found.
    private static Optional<FileDocuments> read(Path path, Optional<FileDocuments> known) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            var stamp = attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey();
            if (known.isPresent() && known.get().stamp().equals(stamp)) {
                return known;
            }
            if (attributes.size() > MAX_FILE) {
                return Optional.of(new FileDocuments(path, stamp, Checked.rejected(tooLarge(path))));
            }
            return Optional.of(
                    new FileDocuments(path, stamp, Documents.parse(Files.readString(path), DEFAULT_NAMESPACE)));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException reason) {
            var refusal = Checked.<List<Document>>rejected(unreadable(path, reason));
            return Optional.of(new FileDocuments(path, "unreadable", refusal));
        }
    }

    private static Problem unreadable(Path path, IOException reason) {
        return Problem.error(
                path.toString(), "", "cannot be read: " + reason, "make it UTF-8 that the control plane may read");
    }

    private static Problem tooLarge(Path path) {
        return Problem.error(path.toString(), "", "is larger than " + MAX_FILE + " bytes", "split it");
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<Path> found = new ArrayList<>();
        private final Map<Path, IOException> failed = new TreeMap<>();

        Visitor(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean skipped = !folder.equals(root) && isHidden(folder);
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (isConfiguration(file)) {
                found.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException reason) throws IOException {
            return failed(path, reason);
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException reason) throws IOException {
            return reason == null ? FileVisitResult.CONTINUE : failed(folder, reason);
        }

        private FileVisitResult failed(Path path, IOException reason) throws IOException {
            if (path.equals(root)) {
                throw reason;
            }
            if (!(reason instanceof NoSuchFileException)) {
                failed.put(path, reason);
            }
            return FileVisitResult.CONTINUE;
        }

        private static boolean isHidden(Path path) {
            return path.getFileName().toString().startsWith(".");
        }

        private static boolean isConfiguration(Path path) {
            var name = path.getFileName().toString();
            boolean named = name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
            return named && !isHidden(path) && Files.isRegularFile(path);
        }
    }
}
