package io.heddle.xds.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.heddle.model.problem.Checked;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.RuntimeCompiler;
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
    void endpoints_at_names_are_their_clusters_own_with_all_that_stand_beside_them() {
        var service = Views.plain(
                Views.service(Views.CATALOG, 80),
                Views.endpoint("catalog-1", "10.0.0.1", 8080, false),
                Views.endpoint("catalog-2", "catalog.example", 8080, false),
                Views.endpoint("catalog-3", "2001:db8::1", 8080, false));
        var view = Views.caller(service);
        assertThat(EndpointWriter.write(view)).isEmpty();
        assertThat(ClusterWriter.write(view)).singleElement().satisfies(cluster -> {
            assertThat(cluster.getType()).isEqualTo(Cluster.DiscoveryType.STRICT_DNS);
            assertThat(addresses(cluster.getLoadAssignment()))
                    .containsExactly("10.0.0.1", "2001:db8::1", "catalog.example");
        });
    }

    @Test
    void endpoints_at_addresses_are_told_by_themselves() {
        var service = Views.plain(
                Views.service(Views.CATALOG, 80),
                Views.endpoint("catalog-1", "10.0.0.1", 8080, false),
                Views.endpoint("catalog-3", "2001:db8::1", 8080, false));
        var view = Views.caller(service);
        assertThat(EndpointWriter.write(view).stream()
                        .flatMap(EndpointWriterTest::addresses)
                        .toList())
                .isEqualTo(List.of("10.0.0.1", "2001:db8::1"));
        assertThat(ClusterWriter.write(view))
                .singleElement()
                .satisfies(cluster -> assertThat(cluster.getType()).isEqualTo(Cluster.DiscoveryType.EDS));
    }

    @Test
    void a_proxy_understands_what_it_is_told_of_names() {
        var service = Views.plain(
                Views.service(Views.CATALOG, 80), Views.endpoint("catalog-2", "catalog.example", 8080, false));
        var resources = new MeshTranslator("-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n")
                .translate(Views.caller(service));
        var compiled = RuntimeCompiler.compile(resources, RuntimeConfig.EMPTY);
        assertThat(compiled.problems()).isEmpty();
        assertThat(((Checked.Ok<RuntimeConfig>) compiled).value().clusters().values())
                .filteredOn(cluster -> cluster.discovery() instanceof io.heddle.traffic.runtime.Cluster.Discovery.Dns)
                .singleElement()
                .satisfies(cluster -> assertThat(cluster.endpoints().endpoints())
                        .extracting(Endpoint::address)
                        .containsExactly("catalog.example"));
    }
}
