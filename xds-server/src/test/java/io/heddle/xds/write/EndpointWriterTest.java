package io.heddle.xds.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Which endpoints proxies are told.
final class EndpointWriterTest {
    private static Stream<String> addresses(ClusterLoadAssignment assignment) {
        return assignment.getEndpointsList().stream()
                .flatMap(group -> group.getLbEndpointsList().stream())
                .map(LbEndpoint::getEndpoint)
                .map(endpoint -> endpoint.getAddress().getSocketAddress().getAddress());
    }

    @Test
    void a_name_that_nothing_resolves_does_not_cost_the_others_their_place() {
        var service = Views.plain(
                Views.service(Views.CATALOG, 80),
                Views.endpoint("catalog-1", "10.0.0.1", 8080, false),
                Views.endpoint("catalog-2", "catalog.example", 8080, false),
                Views.endpoint("catalog-3", "2001:db8::1", 8080, false));
        var written = EndpointWriter.write(Views.caller(service));
        assertThat(written.stream().flatMap(EndpointWriterTest::addresses).toList())
                .isEqualTo(List.of("10.0.0.1", "2001:db8::1"));
    }
}
