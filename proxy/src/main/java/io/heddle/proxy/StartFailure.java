package io.heddle.proxy;

import io.heddle.model.problem.Problem;
import java.util.List;

/// The proxy cannot start as it was told to; the message is one line for people.
public final class StartFailure extends Exception {
    private final transient List<Problem> problems;

    StartFailure(List<Problem> problems) {
        super(String.join(" | ", problems.stream().map(Problem::toString).toList()));
        this.problems = List.copyOf(problems);
    }

    /// Everything that is wrong.
    public List<Problem> problems() {
        return problems;
    }
}
