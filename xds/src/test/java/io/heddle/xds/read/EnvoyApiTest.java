package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Fields.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the readers declare, is what the page says and what they do.
///
/// `-Dheddle.golden=write` writes the page anew.
final class EnvoyApiTest {
    private static final Path READERS = Path.of("src", "main", "java", "io", "heddle", "xds", "read");
    private static final Pattern DECLARATION = Pattern.compile("\\bFields\\.(ignoring|refusing)Others\\(");
    private static final Path PAGE = Path.of("..", "docs", "reference", "envoy-api.md");

    static Stream<Fields<?>> declared() {
        return EnvoyApi.fields();
    }

    @Test
    void the_reference_page_is_what_the_readers_declare() throws IOException {
        var page = EnvoyApiPage.text();
        if ("write".equals(System.getProperty("heddle.golden"))) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(page);
    }

    @Test
    void every_declaration_in_a_reader_is_on_the_list() throws IOException {
        long declarations = 0;
        try (var files = Files.walk(READERS)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                declarations +=
                        DECLARATION.matcher(Files.readString(file)).results().count();
            }
        }
        assertThat(EnvoyApi.fields()).hasSize((int) declarations);
    }

    @ParameterizedTest
    @MethodSource("declared")
    void names_only_fields_that_the_message_has(Fields<?> fields) {
        var has = Messages.descriptor(fields).getFields().stream()
                .map(FieldDescriptor::getName)
                .toList();
        assertThat(has).containsAll(fields.named().keySet());
    }

    @Test
    void every_message_inside_a_field_that_is_read_is_declared_too() {
        Map<Descriptor, List<Fields<?>>> known = EnvoyApi.fields().collect(Collectors.groupingBy(Messages::descriptor));
        EnvoyApi.fields()
                .forEach(fields -> Messages.descriptor(fields).getFields().stream()
                        .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                        .filter(field ->
                                Messages.entered(fields.of(field.getName()).fate()))
                        .map(Messages::inside)
                        .filter(inside -> !inside.getFullName().startsWith("google.protobuf."))
                        .filter(inside -> !Messages.WITHOUT_FIELDS_OF_THEIR_OWN.contains(inside.getFullName()))
                        .forEach(inside -> assertThat(known)
                                .as(
                                        "%s in %s",
                                        inside.getFullName(), fields.type().getSimpleName())
                                .containsKey(inside)));
    }

    @ParameterizedTest
    @MethodSource("io.heddle.xds.read.SetField#all")
    void a_field_that_is_not_read_is_reported_wherever_it_is_set(SetField set) {
        var problems = set.problems();
        var named = problems.stream().filter(problem -> set.isNamedBy(problem)).toList();
        assertThat(named).as("%s among %s", set, problems).isNotEmpty();
        boolean refused = set.fate() == Fate.REFUSED || set.fate() == Fate.REJECTED;
        assertThat(named).as("%s", set).anyMatch(problem -> problem.isError() == refused);
    }

    @Test
    void every_declared_message_is_reached_by_the_test_above() {
        var reached = SetField.reached();
        EnvoyApi.fields()
                .forEach(fields ->
                        assertThat(reached).as(fields.type().getName()).contains(Messages.descriptor(fields)));
    }
}
