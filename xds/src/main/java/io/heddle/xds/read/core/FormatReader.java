package io.heddle.xds.read.core;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.format.SubstitutionFormat;
import java.util.Optional;

/// Reads texts with command operators.
public final class FormatReader {
    private FormatReader() {}

    /// The format of a text given as octets, one character each; empty, and errors, when it is none.
    public static Optional<SubstitutionFormat> read(String octets, Scope scope) {
        return switch (SubstitutionFormat.of(octets)) {
            case Checked.Ok<SubstitutionFormat>(var format, var warnings) -> {
                warnings.forEach(problem -> scope.warning(problem.reason(), problem.remedy()));
                yield Optional.of(format);
            }
            case Checked.Rejected<SubstitutionFormat>(var problems) -> {
                problems.forEach(problem -> scope.error(problem.reason(), problem.remedy()));
                yield Optional.empty();
            }
        };
    }
}
