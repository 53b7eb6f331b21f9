package io.heddle.control.discovery;

import io.heddle.dialect.Document;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /// The names of the documents' objects.
    Set<ObjectName> objects() {
        return documents().orElse(List.of()).stream().map(Document::object).collect(Collectors.toSet());
    }
}
