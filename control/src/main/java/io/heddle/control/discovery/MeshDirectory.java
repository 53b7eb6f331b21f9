package io.heddle.control.discovery;

import io.heddle.control.reconcile.MeshDocuments;
import io.heddle.dialect.Document;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A configuration directory that is read once, as [DirectorySource] reads it again and again.
public final class MeshDirectory {
    private MeshDirectory() {}

    /// The mesh that stands in `directory`, or all that is wrong with it.
    ///
    /// @throws IOException when the directory cannot be read
    public static Checked<MeshSnapshot> read(MeshSettings settings, Path directory) throws IOException {
        var scan = DirectoryScan.of(directory, Map.of());
        var problems = new ArrayList<Problem>(scan.unseen().values());
        var documents = new ArrayList<Document>();
        for (var file : scan.files()) {
            file.content().problems().forEach(problem -> problems.add(FileDocuments.in(file.path(), problem)));
            documents.addAll(file.documents().orElse(List.of()));
        }
        // What a file would bring that cannot be read is not known, and so not missed either.
        boolean whole = problems.stream().noneMatch(Problem::isError);
        FileDocuments.duplicates(scan.files())
                .forEach((path, twice) -> twice.forEach(problem -> problems.add(FileDocuments.in(path, problem))));
        var mesh = MeshDocuments.read(settings, documents, whole);
        problems.addAll(mesh.problems());
        return switch (mesh) {
            case Checked.Ok<MeshSnapshot>(MeshSnapshot read, var _) -> Checked.of(read, problems);
            case Checked.Rejected<MeshSnapshot> _ -> new Checked.Rejected<>(problems);
        };
    }
}
