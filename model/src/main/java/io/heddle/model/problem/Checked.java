package io.heddle.model.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The outcome of reading configuration: a value, perhaps with warnings, or every problem found.
///
/// @param <T> the value's type
public sealed interface Checked<T> {
    /// The configuration is good.
    ///
    /// @param value what was read
    /// @param warnings problems that do not refuse it
    record Ok<T>(T value, List<Problem> warnings) implements Checked<T> {
        public Ok {
            warnings = List.copyOf(warnings);
        }
    }

    /// The configuration is refused.
    ///
    /// @param problems all of them, errors and warnings, at least one error
    record Rejected<T>(List<Problem> problems) implements Checked<T> {
        public Rejected {
            problems = List.copyOf(problems);
        }
    }

    /// A good value without warnings.
    static <T> Checked<T> ok(T value) {
        return new Ok<>(value, List.of());
    }

    /// A refusal with one problem.
    static <T> Checked<T> rejected(Problem problem) {
        return new Rejected<>(List.of(problem));
    }

    /// `value` when `problems` holds no error, else the refusal with all of them.
    static <T> Checked<T> of(T value, List<Problem> problems) {
        return problems.stream().anyMatch(Problem::isError) ? new Rejected<>(problems) : new Ok<>(value, problems);
    }

    /// Every problem: an accepted value's warnings or a refusal's problems.
    default List<Problem> problems() {
        return switch (this) {
            case Ok<T> ok -> ok.warnings();
            case Rejected<T> rejected -> rejected.problems();
        };
    }

    /// The next step on an accepted value; problems of both steps are kept.
    default <R> Checked<R> then(Function<? super T, Checked<R>> next) {
        return switch (this) {
            case Rejected<T> rejected -> new Rejected<>(rejected.problems());
            case Ok<T> ok -> {
                var result = next.apply(ok.value());
                if (ok.warnings().isEmpty()) {
                    yield result;
                }
                var all = new ArrayList<>(ok.warnings());
                all.addAll(result.problems());
                yield switch (result) {
                    case Ok<R> good -> new Ok<>(good.value(), all);
                    case Rejected<R> _ -> new Rejected<>(all);
                };
            }
        };
    }
}
