package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.heddle.xds.read.ConfigDump;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is wrong with a response that has to wait, for the endpoints of one of its clusters for example: everything
/// stands in its one answer, though some of it shows only where files are read, or where clusters come together.
class RefusedTogetherTest {
    private static final String EXTENSIONS = "type.googleapis.com/envoy.extensions.";

    @TempDir
    private Path state;

    private ScriptedAds server;
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        server = ScriptedAds.start();
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(server.bootstrap()), state));
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.close();
    }

    private static Cluster cluster(String name, String fields) throws Exception {
        return ScriptedAds.read("{'name': '" + name + "', " + fields + "}", Cluster.newBuilder())
                .build();
    }

    /// Its endpoints never come.
    private static Cluster patient() throws Exception {
        return cluster(
                "patient",
                "'type': 'EDS', 'eds_cluster_config': {'eds_config': {'ads': {}, 'initial_fetch_timeout': '0s'}}");
    }

    private static Cluster aggregate(String name, String part) throws Exception {
        return cluster(
                name,
                "'lb_policy': 'CLUSTER_PROVIDED', 'cluster_type': {'name': 'envoy.clusters.aggregate', 'typed_config':"
                        + " {'@type': '" + EXTENSIONS + "clusters.aggregate.v3.ClusterConfig', 'clusters': ['" + part
                        + "']}}");
    }

    private static Cluster secured(String name, String authority) throws Exception {
        return cluster(
                name,
                "'transport_socket': {'name': 'tls', 'typed_config': {'@type': '" + EXTENSIONS
                        + "transport_sockets.tls.v3.UpstreamTlsContext', 'common_tls_context': {'validation_context':"
                        + " {'trusted_ca': {" + authority + "}}}}}");
    }

    @Test
    void circles_and_files_that_are_not_there_are_told_with_what_cannot_be_read() throws Exception {
        var answer = server.answer(server.send(
                patient(),
                aggregate("one", "two"),
                aggregate("two", "three"),
                aggregate("three", "one"),
                secured("file", "'filename': '" + state.resolve("none.pem") + "'"),
                secured("text", "'inline_string': 'junk'"),
                cluster("timeout", "'connect_timeout': '0s'")));
        assertThat(answer.getErrorDetail().getMessage().lines())
                .map(line -> line.substring(0, line.indexOf(':')))
                .containsExactlyInAnyOrder(
                        "Cluster one",
                        "Cluster two",
                        "Cluster three",
                        "Cluster file",
                        "Cluster text",
                        "Cluster timeout");
        assertThat(proxy.configDump(ConfigDump.Wanted.ALL))
                .contains("leads back to the cluster itself", "none.pem", "is 0s");
    }

    @Test
    void a_format_of_a_log_is_told_with_the_numbers_of_other_listeners() throws Exception {
        server.send(patient());
        var answer = server.answer(server.send(
                listener(
                        "log",
                        "'access_log': [{'name': 'l', 'typed_config': {'@type': '" + EXTENSIONS
                                + "access_loggers.file.v3.FileAccessLog', 'path': '/dev/null', 'log_format':"
                                + " {'text_format_source': {'inline_string': '%NOPE%'}}}}],"),
                listener("size", "'max_request_headers_kb': 0,")));
        assertThat(answer.getErrorDetail().getMessage().lines())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("Listener log: access_log"))
                .anyMatch(line -> line.startsWith("Listener size: "));
    }

    private static Listener listener(String name, String fields) throws Exception {
        return ScriptedAds.read(
                        "{'name': '" + name + "', 'address': {'socket_address': {'address': '127.0.0.1', 'port_value':"
                                + " 0}}, 'filter_chains': [{'filters': [{'name': 'http', 'typed_config': {'@type': '"
                                + EXTENSIONS
                                + "filters.network.http_connection_manager.v3.HttpConnectionManager', 'stat_prefix':"
                                + " 'in', " + fields + " 'route_config': {}, 'http_filters': [{'name': 'r',"
                                + " 'typed_config': {'@type': '" + EXTENSIONS
                                + "filters.http.router.v3.Router'}}]}}]}]}",
                        Listener.newBuilder())
                .build();
    }
}
