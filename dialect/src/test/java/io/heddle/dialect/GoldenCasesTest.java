package io.heddle.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Reads each `testdata/cases/dialect/<name>/in.yaml` and compares every problem with the `problems.txt` beside it.
/// `-Dheddle.golden.write=true` writes the files anew.
class GoldenCasesTest {
    private static final Path CASES = Path.of("../testdata/cases/dialect");

    static Stream<Path> cases() throws IOException {
        try (var folders = Files.list(CASES)) {
            return folders.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void finds_exactly_the_expected_problems(Path folder) throws IOException {
        var problems = problems(Files.readString(folder.resolve("in.yaml")));
        assertThat(problems)
                .allSatisfy(problem ->
                        assertThat(problem.remedy()).as("remedy of %s", problem).isNotBlank());
        var found = problems.stream()
                .map(problem -> problem.severity() + " " + problem + "\n")
                .collect(Collectors.joining());
        var golden = folder.resolve("problems.txt");
        if (Boolean.getBoolean("heddle.golden.write")) {
            Files.writeString(golden, found);
        }

        assertThat(found).isEqualTo(Files.readString(golden));
    }

    private static List<Problem> problems(String text) {
        return switch (Documents.parse(text, "default")) {
            case Checked.Rejected<List<Document>> rejected -> rejected.problems();
            case Checked.Ok<List<Document>> ok -> {
                var problems = new ArrayList<>(ok.warnings());
                ok.value()
                        .forEach(document ->
                                problems.addAll(Dialects.read(document).problems()));
                yield problems;
            }
        };
    }
}
