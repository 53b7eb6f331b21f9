package io.heddle.control;

import io.heddle.model.problem.Problem;
import java.util.List;
import java.util.stream.Collectors;

/// The control plane cannot start; the message is one line for people, with its remedy.
public final class StartException extends Exception {
    private static final long serialVersionUID = 3;

    private final String reason;
    private final String remedy;
    private final transient List<Problem> problems;

    StartException(String reason, String remedy) {
        super(reason + "; " + remedy);
        this.reason = reason;
        this.remedy = remedy;
        this.problems = List.of();
    }

    StartException(String reason, String remedy, Throwable cause) {
        super(reason + "; " + remedy, cause);
        this.reason = reason;
        this.remedy = remedy;
        this.problems = List.of();
    }

    /// What it is started with is at fault.
    ///
    /// @param problems at least one
    StartException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(" | ")));
        this.reason = "the configuration is refused";
        this.remedy = "";
        this.problems = List.copyOf(problems);
    }

    /// What is wrong with the configuration that it was started with; empty where something else is.
    public List<Problem> problems() {
        return problems;
    }

    /// What is wrong.
    public String reason() {
        return reason;
    }

    /// What to do about it.
    public String remedy() {
        return remedy;
    }
}
