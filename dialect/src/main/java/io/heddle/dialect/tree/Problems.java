package io.heddle.dialect.tree;

import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Problem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Collects the problems of one object while it is read, each once. Used by one thread.
final class Problems {
    private final ObjectName object;
    private final Set<Problem> found = new LinkedHashSet<>();

    Problems(ObjectName object) {
        this.object = object;
    }

    ObjectName object() {
        return object;
    }

    void error(String path, String reason, String remedy) {
        found.add(Problem.error(object.toString(), path, reason, remedy));
    }

    void warning(String path, String reason, String remedy) {
        found.add(Problem.warning(object.toString(), path, reason, remedy));
    }

    List<Problem> all() {
        return List.copyOf(found);
    }
}
