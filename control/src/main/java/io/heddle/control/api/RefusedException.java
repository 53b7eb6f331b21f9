package io.heddle.control.api;

import io.heddle.model.problem.Problem;
import java.util.List;

/// A call that is answered with an error: a status and the problems that say why.
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient List<Problem> problems;

    RefusedException(int status, List<Problem> problems) {
        super(problems.toString(), null, false, false);
        this.status = status;
        this.problems = List.copyOf(problems);
    }

    static RefusedException badRequest(String path, String reason, String remedy) {
        return new RefusedException(400, List.of(Problem.error("request", path, reason, remedy)));
    }

    static RefusedException notFound(String object) {
        return new RefusedException(
                404,
                List.of(Problem.error(
                        object, "", "there is no such object", "list what there is with 'heddle get all -A'")));
    }

    int status() {
        return status;
    }

    List<Problem> problems() {
        return problems;
    }
}
