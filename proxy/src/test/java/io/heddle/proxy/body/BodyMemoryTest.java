package io.heddle.proxy.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {
    private static final String BUFFER = "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer";

    private static List<Problem> found(int filter, int route, int kept) {
        var read = BootstrapReader.read("""
                static_resources:
                  listeners:
                  - name: in
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          http_filters:
                          - { name: b, typed_config: { "@type": %1$s, max_request_bytes: %2$d } }
                          - name: router
                            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - name: r
                                match: { prefix: / }
                                route: { cluster: c }
                                request_body_buffer_limit: %4$d
                                typed_per_filter_config:
                                  b: { "@type": %1$sPerRoute, buffer: { max_request_bytes: %3$d } }
                  clusters: [ { name: c } ]
                """.formatted(BUFFER, filter, route, kept));
        assertThat(read.problems()).isEmpty();
        return new BodyMemory(1000)
                .inspecting(((Checked.Ok<Bootstrap>) read).value().fixed());
    }

    @Test
    void limits_beyond_the_memory_that_there_is_are_warned_of() {
        assertThat(found(1000, 1000, 1000)).isEmpty();
        assertThat(found(1001, 1002, 1003))
                .noneMatch(Problem::isError)
                .map(Problem::reason)
                .containsExactly(
                        "is 1001, and 1000 bytes of a body can be held here; larger bodies are answered 413",
                        "is 1002, and 1000 bytes of a body can be held here; larger bodies are answered 413",
                        "is 1003, and 1000 bytes of a body can be held here; larger bodies are not sent again");
    }
}
