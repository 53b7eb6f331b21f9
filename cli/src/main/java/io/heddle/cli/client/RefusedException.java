package io.heddle.cli.client;

import io.heddle.model.problem.Problem;
import java.util.List;

/// The control plane refused a configuration; nothing was changed.
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    RefusedException(List<Problem> problems) {
        super(problems.size() + " problems");
        this.problems = List.copyOf(problems);
    }

    /// Everything that is wrong.
    public List<Problem> problems() {
        return problems;
    }
}
