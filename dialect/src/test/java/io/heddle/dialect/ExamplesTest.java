package io.heddle.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.name.ServiceName;
import io.heddle.model.problem.Checked;
import io.heddle.model.resource.Resource;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.model.view.ReferenceCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExamplesTest {
    private static final Path EXAMPLES = Path.of("../examples");

    static Stream<Path> files() throws IOException {
        try (var files = Files.walk(EXAMPLES)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_example_is_read_without_a_problem(Path file) throws IOException {
        assertThat(resources(file)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_example_is_the_same_after_being_written_as_yaml_and_json(Path file) throws IOException {
        for (var document : documents(file)) {
            assertThat(Documents.parse(Documents.toYaml(document.tree()), "other"))
                    .isEqualTo(Checked.ok(List.of(document)));
            assertThat(Documents.parse(Documents.toJson(document.tree()), "other"))
                    .isEqualTo(Checked.ok(List.of(document)));
        }
    }

    @Test
    void the_bookshop_refers_only_to_what_exists() throws IOException {
        var all = new ArrayList<Resource>();
        for (var file : files().toList()) {
            all.addAll(resources(file));
        }
        var snapshot = MeshSnapshot.of(MeshSettings.DEFAULT, all);

        assertThat(ReferenceCheck.check(snapshot)).isEmpty();
        assertThat(snapshot.service(new ServiceName("shop", "catalog"))).isPresent();
    }

    private static List<Document> documents(Path file) throws IOException {
        var parsed = Documents.parse(Files.readString(file), "default");
        assertThat(parsed.problems()).isEmpty();
        return ((Checked.Ok<List<Document>>) parsed).value();
    }

    private static List<Resource> resources(Path file) throws IOException {
        var result = new ArrayList<Resource>();
        for (var document : documents(file)) {
            var read = Dialects.read(document);
            assertThat(read.problems()).isEmpty();
            result.add(((Checked.Ok<Resource>) read).value());
        }
        return result;
    }
}
