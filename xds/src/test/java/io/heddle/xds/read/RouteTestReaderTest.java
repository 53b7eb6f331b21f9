package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.check.RouteTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is wrong with the files of a check is told with its place, all of it at once.
final class RouteTestReaderTest {
    private static List<String> problems(Checked<?> read) {
        assertThat(read).isInstanceOf(Checked.Rejected.class);
        return read.problems().stream().map(Problem::toString).toList();
    }

    private static RouteTest.Input input(String fields) {
        var read = RouteTestReader.tests(
                "tests: [{test_name: t, input: {authority: a, path: /, " + fields + "}, validate: {cluster_name: c}}]");
        assertThat(read).as("%s", read.problems()).isInstanceOf(Checked.Ok.class);
        return ((Checked.Ok<List<RouteTest>>) read).value().getFirst().input();
    }

    @Test
    void names_everything_that_is_wrong_with_tests() {
        assertThat(problems(RouteTestReader.tests("""
                        test: []
                        tests:
                        - test_name: one
                          input: {authority: shop, path: 7, ssl: "yes", random_value: -1, size: 3}
                          validate: {cluster_name: [], clutser: x, request_header_matches: [{name: x, exact_mach: y}]}
                        - input: [shop]
                          validate: {header_fields: [{value: x}, 8]}
                        """)))
                .containsExactly(
                        "Tests: test: is not known; remove it",
                        "Tests: tests[0].input.size: is not known; remove it",
                        "Tests: tests[0].input.path: is no text; write it in quotes",
                        "Tests: tests[0].input.random_value: is no whole number of 0 or more, of 64 bits; write one",
                        "Tests: tests[0].input.ssl: is neither true nor false; write true or false",
                        "Tests: tests[0].validate.cluster_name: is no text; write it in quotes",
                        "Tests: tests[0].validate.clutser: is not known; remove it",
                        "Tests: tests[0].validate.request_header_matches[0].exact_mach: is no field of"
                                + " envoy.config.route.v3.HeaderMatcher; did you mean exact_match?",
                        "Tests: tests[1].test_name: is missing; name the test",
                        "Tests: tests[1].input: has no fields; write them",
                        "Tests: tests[1].input.authority: is missing; write it",
                        "Tests: tests[1].input.path: is missing; write it",
                        "Tests: tests[1].validate.header_fields[0].key: is missing; name a header",
                        "Tests: tests[1].validate.header_fields[1]: has no fields; write them",
                        "Tests: tests[1].validate.header_fields[1].key: is missing; name a header");
    }

    @Test
    void names_everything_that_is_wrong_with_routes() {
        assertThat(problems(RouteTestReader.table("""
                        name: shop
                        virtual_hosts:
                        - name: all
                          domain: ["*"]
                          routes:
                          - {match: {prefix: [x]}, route: {cluster: c}}
                        """)))
                .hasSize(2)
                .anyMatch(problem -> problem.startsWith("RouteConfiguration: virtual_hosts[0].domain: is no field of"))
                .anyMatch(problem ->
                        problem.startsWith("RouteConfiguration: virtual_hosts[0].routes[0].match.prefix: is "));
    }

    @Test
    void numbers_have_all_their_digits() {
        assertThat(input("random_value: 9007199254740993").random()).isEqualTo(9007199254740993L);
        assertThat(input("random_value: 18446744073709551615").random()).isEqualTo(-1);
        assertThat(input("random_value: '18446744073709551615'").random()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "[]", "tests: {}", "tests: [", "tests: []"})
    void a_file_without_tests_is_refused(String text) {
        assertThat(problems(RouteTestReader.tests(text))).isNotEmpty();
    }
}
