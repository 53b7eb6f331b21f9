package io.heddle.xds.read.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What addresses and weights endpoints may have. The expectations are what Envoy 1.40 takes and refuses.
class EndpointReaderTest {
    private static Checked<Bootstrap> read(String type, String address, String group, String endpoint) {
        return BootstrapReader.read("""
                static_resources:
                  clusters:
                  - name: c
                    type: %s
                    load_assignment:
                      cluster_name: c
                      endpoints:
                      - %s
                        lb_endpoints:
                        - endpoint: { address: { socket_address: { address: "%s", port_value: 1 } } }
                          %s
                """.formatted(type, group, address, endpoint));
    }

    private static List<String> problems(Checked<?> read) {
        return read.problems().stream()
                .map(Problem::toString)
                .map(text -> text.substring(text.indexOf(": ") + 2))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, true",
        "::1, true",
        "fe80::1%lo, true",
        "::ffff:1.2.3.4, true",
        "localhost, false",
        "not-an-ip, false",
        "'[::1]', false",
        "10.0.0.0/8, false",
        "127.1, false",
    })
    void only_clusters_of_dns_have_names(String address, boolean numeric) {
        var read = read("STATIC", address, "priority: 0", "health_status: HEALTHY");
        if (numeric) {
            assertThat(read.problems()).isEmpty();
        } else {
            assertThat(problems(read))
                    .containsExactly(
                            "load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address:"
                                    + " is no IP address: " + address
                                    + "; write an IPv4 or IPv6 address; a STRICT_DNS cluster has names");
        }
    }

    @Test
    void a_cluster_of_dns_takes_names() {
        assertThat(read("STRICT_DNS", "shop.example", "priority: 0", "health_status: HEALTHY")
                        .problems())
                .isEmpty();
    }

    @Test
    void a_weight_is_one_or_more() {
        assertThat(problems(read("STATIC", "10.0.0.1", "load_balancing_weight: 0", "load_balancing_weight: 0")))
                .allMatch(text -> text.endsWith(": is 0; write 1 or more, or take out what is to get nothing"))
                .anyMatch(text -> text.startsWith("load_assignment.endpoints[0].load_balancing_weight"))
                .anyMatch(
                        text -> text.startsWith("load_assignment.endpoints[0].lb_endpoints[0].load_balancing_weight"));
        var large = read("STATIC", "10.0.0.1", "priority: 0", "load_balancing_weight: 4000000000");
        var clusters = ((Checked.Ok<Bootstrap>) large).value().fixed().clusters();
        assertThat(Objects.requireNonNull(clusters.get("c"))
                        .endpoints()
                        .endpoints()
                        .getFirst()
                        .weight())
                .isEqualTo(1_000_000_000);
    }
}
