package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which headers must not be changed, and what to do instead.
class UnchangedHeadersTest {
    @Test
    void a_remedy_fits_the_name_of_a_header_that_cannot_be_changed() {
        assertThat(remedies("''")).containsExactly("name a header by letters, digits and hyphens, for example x-user");
        assertThat(remedies("'a b'"))
                .containsExactly("name a header by letters, digits and hyphens, for example x-user");
        assertThat(remedies("':path'")).containsExactly("rewrite the path with prefix_rewrite or regex_rewrite");
        assertThat(remedies("':authority'")).containsExactly("rewrite the host with host_rewrite_literal");
        assertThat(remedies("Host")).containsExactly("rewrite the host with host_rewrite_literal");
        assertThat(remedies("':method'"))
                .containsExactly("take it out, or name a header that does not begin with a colon");
    }

    private static List<String> remedies(String name) {
        return RouteTestReader.table(
                        "virtual_hosts: [ { name: h, domains: [ '*' ], request_headers_to_remove: [ " + name + " ] } ]")
                .problems()
                .stream()
                .map(Problem::remedy)
                .toList();
    }
}
