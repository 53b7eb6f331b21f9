package io.heddle.control.reconcile;

import io.heddle.dialect.Document;
import io.heddle.model.name.ObjectName;
import java.util.List;

/// What somebody wants to change, all of it or nothing.
///
/// @param puts documents to create or replace
/// @param deletes objects to remove
public record ChangeSet(List<Document> puts, List<ObjectName> deletes) {
    public ChangeSet {
        puts = List.copyOf(puts);
        deletes = List.copyOf(deletes);
    }
}
