package io.heddle.cli.output;

import io.heddle.model.problem.Problem;
import java.util.List;
import java.util.stream.Collectors;

/// A command that cannot go on: what happened, what to do next, and the exit code.
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;
    private final String remedy;
    private final transient List<Problem> problems;

    /// A failure with a remedy.
    ///
    /// @param code how the process ends
    /// @param reason what happened and where, one sentence without a full stop
    /// @param remedy what to do next; empty when the reason says it
    public Failure(ExitCode code, String reason, String remedy) {
        super(reason);
        this.code = code;
        this.remedy = remedy;
        this.problems = List.of(Problem.error("", "", reason, remedy));
    }

    /// The control plane's problems, of which the first is told to people.
    ///
    /// @param problems at least one
    public Failure(ExitCode code, List<Problem> problems) {
        super(problems.getFirst().object() + ": " + problems.getFirst().reason());
        this.code = code;
        this.remedy = problems.getFirst().remedy();
        this.problems = List.copyOf(problems);
    }

    /// All problems that refuse something, each on its line with its remedy; of one alone the remedy stands apart.
    ///
    /// @param before what stands before each that does not begin with it; may be empty
    /// @param all one error at least
    public static Failure all(ExitCode code, String before, List<Problem> all) {
        var problems = all.stream().filter(Problem::isError).toList();
        if (problems.size() == 1) {
            var problem = problems.getFirst();
            return new Failure(code, text(before, problem), problem.remedy(), all);
        }
        var lines = problems.stream()
                .map(problem -> text(before, problem) + (problem.remedy().isEmpty() ? "" : "; " + problem.remedy()))
                .collect(Collectors.joining("\n  "));
        return new Failure(code, lines, all);
    }

    private static String text(String before, Problem problem) {
        var object = problem.object().startsWith(before) ? problem.object() : before + problem.object();
        return object + ": " + (problem.path().isEmpty() ? "" : problem.path() + ": ") + problem.reason();
    }

    /// Several, of which each line has its own remedy.
    private Failure(ExitCode code, String lines, List<Problem> problems) {
        this(code, lines, "", problems);
    }

    private Failure(ExitCode code, String reason, String remedy, List<Problem> problems) {
        super(reason);
        this.code = code;
        this.remedy = remedy;
        this.problems = List.copyOf(problems);
    }

    /// A failure that another exception caused.
    public Failure(ExitCode code, String reason, String remedy, Throwable cause) {
        super(reason, cause);
        this.code = code;
        this.remedy = remedy;
        this.problems = List.of(Problem.error("", "", reason, remedy));
    }

    /// The innermost cause's message, for people: without class names.
    public static String words(Throwable thrown) {
        var cause = thrown;
        // Bounded, because a chain of causes may be a ring.
        for (int depth = 0; depth < 20 && cause.getCause() != null; depth++) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /// How the process ends.
    public ExitCode code() {
        return code;
    }

    /// What happened.
    public String reason() {
        return String.valueOf(getMessage());
    }

    /// What went wrong for programs; the object is empty where no object is at fault.
    public List<Problem> problems() {
        return problems;
    }

    /// What to do next; empty when the reason says it.
    public String remedy() {
        return remedy;
    }
}
