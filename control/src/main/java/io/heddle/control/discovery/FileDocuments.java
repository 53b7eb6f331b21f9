package io.heddle.control.discovery;

import io.heddle.dialect.Document;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A file as it was last read.
///
/// @param path the file
/// @param stamp its size and times; another stamp means that it is to be read again
/// @param content its documents, or why there are none
record FileDocuments(Path path, String stamp, Checked<List<Document>> content) {
    /// The documents; empty when the file could not be read.
    Optional<List<Document>> documents() {
        return content instanceof Checked.Ok<List<Document>> ok ? Optional.of(ok.value()) : Optional.empty();
    }

    /// What is wrong with files that have objects which others have already, by their paths: an object belongs to one
    /// file, the first by path.
    static Map<Path, List<Problem>> duplicates(Collection<FileDocuments> files) {
        var owners = new HashMap<ObjectName, Path>();
        var found = new TreeMap<Path, List<Problem>>();
        for (var file : files) {
            for (var object : new TreeSet<>(file.objects())) {
                var other = owners.putIfAbsent(object, file.path());
                if (other != null) {
                    found.computeIfAbsent(file.path(), _ -> new ArrayList<>())
                            .add(Problem.error(
                                    object.toString(), "", "is in " + other + " already", "keep it in one file"));
                }
            }
        }
        return found;
    }

    /// A problem with the file it is in.
    static Problem in(Path file, Problem problem) {
        return new Problem(
                problem.severity(),
                problem.object(),
                problem.path(),
                problem.reason() + " (in " + file + ")",
                problem.remedy());
    }

    /// The names of the documents' objects.
    Set<ObjectName> objects() {
        return documents().orElse(List.of()).stream().map(Document::object).collect(Collectors.toSet());
    }
}
