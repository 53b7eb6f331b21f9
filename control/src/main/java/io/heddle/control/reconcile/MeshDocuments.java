package io.heddle.control.reconcile;

import io.heddle.control.reconcile.MeshReading.Reading;
import io.heddle.dialect.Document;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.model.view.ReferenceCheck;
import java.util.ArrayList;
import java.util.Collection;

/// Documents that are a whole mesh by themselves, without a store.
public final class MeshDocuments {
    private MeshDocuments() {}

    /// The mesh of `documents` as [ReconcileLoop] would build it, or all problems where one of them would be refused.
    /// What they refer to must be among them where they are the `whole` mesh.
    public static Checked<MeshSnapshot> read(MeshSettings settings, Collection<Document> documents, boolean whole) {
        var problems = new ArrayList<Problem>();
        var readings = documents.stream()
                .sorted(Document.BY_AGE)
                .map(document -> Reading.of(document, 0))
                .toList();
        readings.forEach(reading -> problems.addAll(reading.outcome().problems()));
        var mesh = MeshSnapshot.of(settings, MeshReading.resources(readings));
        if (whole) {
            problems.addAll(ReferenceCheck.check(mesh));
        }
        return Checked.of(mesh, problems);
    }
}
