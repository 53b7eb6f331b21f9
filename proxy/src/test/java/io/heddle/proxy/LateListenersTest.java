package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.heddle.xds.read.RuntimeResource;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Listeners of a bootstrap that wait for a layer of the runtime, and cannot open then.
final class LateListenersTest {
    @TempDir
    private Path state;

    @Test
    void the_start_fails_of_a_port_that_is_taken_and_says_so() throws Exception {
        try (var taken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var server = ScriptedAds.start()) {
            var listener = """
                      listeners:
                      - name: front
                        address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                        filter_chains:
                        - filters:
                          - name: http
                            typed_config:
                              '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                              stat_prefix: front
                              http_filters:
                              - name: router
                                typed_config:
                                  '@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                              route_config: {name: none}
                    """.formatted(taken.getLocalPort());
            var bootstrap = server.bootstrap().replace("static_resources:\n", "static_resources:\n" + listener)
                    + "layered_runtime: {layers: [{name: sent, rtds_layer: {name: shares, rtds_config: {ads: {}}}}]}\n";
            try (var proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state))) {
                server.send(DeltaDiscoveryResponse.newBuilder()
                        .setTypeUrl(RuntimeResource.TYPE_URL)
                        .addResources(Resource.newBuilder()
                                .setName("shares")
                                .setResource(Any.pack(
                                        Runtime.newBuilder().setName("shares").build()))));
                assertThatThrownBy(() -> proxy.ready().get(20, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isInstanceOfSatisfying(
                                StartFailure.class,
                                failure -> assertThat(failure.problems())
                                        .singleElement()
                                        .asString()
                                        .contains("Listener front", "cannot be bound"));
            }
        }
    }
}
