package io.heddle.control.push;

import io.heddle.control.reconcile.Publication;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.ReferenceCheck;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What of the stored objects refers to nowhere, as of the newest publication. An object that was good when it was
/// applied is not for ever: what it refers to can be deleted. Thread-safe.
final class ReferenceBoard {
    private volatile Map<String, List<Problem>> found = Map.of();

    /// Checks a new publication.
    void published(Publication publication) {
        found = ReferenceCheck.check(publication.snapshot()).stream().collect(Collectors.groupingBy(Problem::object));
    }

    /// What is wrong with the references of `object`; nothing for most.
    List<Problem> of(ObjectName object) {
        return found.getOrDefault(object.toString(), List.of());
    }
}
