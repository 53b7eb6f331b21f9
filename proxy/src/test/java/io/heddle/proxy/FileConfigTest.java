package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Configuration in files: listeners, clusters, routes and endpoints.
class FileConfigTest {
    private static final String MANAGER =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    /// Moves a file into its place, as whoever writes such files does.
    private Path write(String name, String text) throws IOException {
        var whole = Files.writeString(folder.resolve(name + ".new"), text);
        return Files.move(
                whole, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private String listener(String routes) {
        return """
                {"@type": "type.googleapis.com/envoy.config.listener.v3.Listener", "name": "front",
                 "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                 "filter_chains": [{"filters": [{"name": "http", "typed_config": {
                   "@type": "%s", "stat_prefix": "front", %s,
                   "http_filters": [{"name": "router", "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}
                """.formatted(MANAGER, routes);
    }

    private String byPath(String name) {
        return "\"config_source\": {\"path_config_source\": {\"path\": \"%s\", \"watched_directory\": {\"path\": \"%s\"}}}"
                .formatted(folder.resolve(name), folder);
    }

    private static String direct(String body) {
        return """
                {"name": "routes", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                  {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "%s"}}}]}]}
                """.formatted(body);
    }

    private static String resources(String... resources) {
        return "{\"version_info\": \"1\", \"resources\": [" + String.join(",", resources) + "]}";
    }

    private void writeRoutes(String body) throws IOException {
        write(
                "rds.json",
                resources(direct(body)
                        .replaceFirst(
                                "\\{",
                                "{\"@type\": \"type.googleapis.com/envoy.config.route.v3.RouteConfiguration\", ")));
    }

    private Proxy start(String dynamic) throws Exception {
        return Proxy.start(ProxyOptions.of(
                new ProxyOptions.BootstrapSource.Text("""
                        node: {id: test, cluster: test}
                        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                        dynamic_resources: {%s}
                        """.formatted(dynamic)), folder.resolve("state")));
    }

    private Proxy ready(String dynamic) throws Exception {
        var proxy = start(dynamic);
        proxy.ready().get(20, TimeUnit.SECONDS);
        return proxy;
    }

    private String source(String kind, Path file) {
        return "%s: {path_config_source: {path: '%s'}}".formatted(kind, file);
    }

    private String get(Proxy proxy, String listener, String path) throws Exception {
        int port = Objects.requireNonNull(proxy.ports().get(listener)).getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    private static void awaitBody(Proxy proxy, FileConfigTest test, String body) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> test.get(proxy, "front", "/").equals(body));
    }

    @Test
    void listeners_and_routes_are_read_and_followed_and_a_bad_file_changes_nothing() throws Exception {
        writeRoutes("first");
        var lds = write(
                "lds.json",
                resources(listener("\"rds\": {\"route_config_name\": \"routes\", " + byPath("rds.json") + "}")));
        try (var proxy = ready(source("lds_config", lds))) {
            assertThat(get(proxy, "front", "/")).isEqualTo("first");
            writeRoutes("second");
            awaitBody(proxy, this, "second");

            write(
                    "rds.json",
                    "{\"resources\": [{\"@type\": \"type.googleapis.com/envoy.config.route.v3.RouteConfiguration\", \"nmae\": 1}]}");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> proxy.ads().orElseThrow().status().rejected() == 1);
            assertThat(proxy.ads().orElseThrow().status().problems().toString()).contains("rds.json", "nmae");
            assertThat(get(proxy, "front", "/")).isEqualTo("second");

            write("lds.json", "resources: [");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> get(proxy, "admin", "/stats").contains("listener_manager.lds.update_failure: 1"));
            assertThat(get(proxy, "front", "/")).isEqualTo("second");

            write("lds.json", resources(listener("\"route_config\": " + direct("third"))));
            awaitBody(proxy, this, "third");
            // It is counted when it is acknowledged, a moment after it is live.
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(get(proxy, "admin", "/stats"))
                            .contains(
                                    "listener_manager.lds.update_success: 2", "listener_manager.lds.update_attempt: 3")
                            .doesNotContain("connected"));
            var status = proxy.ads().orElseThrow().status();
            assertThat(status.connected()).as("there is no control plane").isFalse();
        }
    }

    @Test
    void a_resource_that_is_bad_is_refused_and_its_last_good_version_stays() throws Exception {
        var lds = write("lds.json", resources(listener("\"route_config\": " + direct("good"))));
        try (var proxy = ready(source("lds_config", lds))) {
            write(
                    "lds.json",
                    resources(
                            listener(
                                    "\"route_config\": {\"virtual_hosts\": [{\"name\": \"a\", \"domains\": [\"*\"]}, {\"name\": \"b\", \"domains\": [\"*\"]}]}")));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> get(proxy, "admin", "/stats").contains("listener_manager.lds.update_rejected: 1"));
            assertThat(get(proxy, "front", "/")).isEqualTo("good");
        }
    }

    @Test
    void clusters_and_endpoints_go_on_to_another_host() throws Exception {
        try (var one = new NamedApplication("one");
                var two = new NamedApplication("two")) {
            var eds = write("eds.yaml", endpoints(one.port()));
            var cds = write("cds.yaml", """
                    resources:
                    - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
                      name: app
                      type: EDS
                      connect_timeout: 1s
                      eds_cluster_config: {eds_config: {path: '%s'}}
                    """.formatted(eds));
            var lds = write("lds.yaml", resources(listener("""
                    "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                      {"match": {"prefix": "/"}, "route": {"cluster": "app"}}]}]}
                    """)));
            try (var proxy = ready(source("lds_config", lds) + ", " + source("cds_config", cds))) {
                assertThat(get(proxy, "front", "/")).isEqualTo("one");
                write("eds.yaml", endpoints(two.port()));
                awaitBody(proxy, this, "two");
            }
        }
    }

    private static String endpoints(int port) {
        return """
                resources:
                - "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
                  cluster_name: app
                  endpoints:
                  - lb_endpoints:
                    - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """.formatted(port);
    }

    /// Answers everything with its name.
    private static final class NamedApplication implements AutoCloseable {
        private final com.sun.net.httpserver.HttpServer server;

        NamedApplication(String name) throws IOException {
            server = com.sun.net.httpserver.HttpServer.create(
                    new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, name.length());
                exchange.getResponseBody().write(name.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                exchange.close();
            });
            server.start();
        }

        int port() {
            return server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @Test
    void bytes_of_protobuf_are_read_too() throws Exception {
        var listener = read(listener("\"route_config\": " + direct("bytes"))).build();
        var response = DiscoveryResponse.newBuilder()
                .addResources(Any.newBuilder()
                        .setTypeUrl("type.googleapis.com/envoy.config.listener.v3.Listener")
                        .setValue(listener.toByteString()))
                .build();
        var lds = Files.write(folder.resolve("lds.pb"), response.toByteArray());
        try (var proxy = ready(source("lds_config", lds))) {
            assertThat(get(proxy, "front", "/")).isEqualTo("bytes");
        }
    }

    @Test
    void a_file_that_is_not_there_keeps_a_proxy_from_starting() {
        assertThatThrownBy(() -> start(source("lds_config", folder.resolve("absent.yaml"))))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("lds_config")
                .hasMessageContaining("absent.yaml: there is no such file or directory");
    }

    @Test
    void a_first_file_that_is_bad_is_an_obstacle() throws Exception {
        var lds = write("lds.yaml", "resources: 7");
        try (var proxy = start(source("lds_config", lds))) {
            await().atMost(Duration.ofSeconds(20)).until(() -> proxy.obstacle().isPresent());
            assertThat(proxy.ready()).isNotDone();
            write("lds.yaml", resources(listener("\"route_config\": " + direct("mended"))));
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(get(proxy, "front", "/")).isEqualTo("mended");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lds_config: {path: '%s'}, cds_config: {ads: {}}",
                "cds_config: {path: '%s'}, ads_config: {api_type: GRPC}"
            })
    void files_and_ads_are_not_mixed(String sources) throws Exception {
        var file = write("file.yaml", "resources: []");
        assertThatThrownBy(() -> start(sources.formatted(file)))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("from files and over ADS");
    }

    @Test
    void a_file_that_names_routes_over_ads_is_refused() throws Exception {
        var lds = write(
                "lds.yaml",
                resources(listener("\"rds\": {\"route_config_name\": \"routes\", \"config_source\": {\"ads\": {}}}")));
        try (var proxy = start(source("lds_config", lds))) {
            await().atMost(Duration.ofSeconds(20)).until(() -> proxy.obstacle().isPresent());
            assertThat(proxy.ads().orElseThrow().status().problems().toString())
                    .contains("Listener front", "over ADS, and configuration comes from files");
        }
    }

    /// Its routes are waited for without an end where it is not refused before.
    @Test
    void a_listener_over_ads_that_names_a_file_is_refused_when_it_comes_and_the_one_beside_it_taken() throws Exception {
        writeRoutes("file");
        var source = byPath("rds.json").replace("}}}", "}}, \"initial_fetch_timeout\": \"0s\"}");
        var bad = listener("\"rds\": {\"route_config_name\": \"routes\", " + source + "}");
        try (var server = ScriptedAds.start();
                var proxy = Proxy.start(ProxyOptions.of(
                        new ProxyOptions.BootstrapSource.Text(server.bootstrap()), folder.resolve("state")))) {
            var nonce = server.send(
                    read(bad).setName("bad").build(),
                    read(listener("\"route_config\": " + direct("good"))).build());
            assertThat(server.answer(nonce).getErrorDetail().getMessage())
                    .startsWith("Listener bad: ")
                    .contains("names a file, and what it stands in comes from none");
            proxy.ready().get(20, TimeUnit.SECONDS);
            assertThat(get(proxy, "front", "/")).isEqualTo("good");
            assertThat(proxy.ports()).doesNotContainKey("bad");
        }
    }

    @Test
    void a_layer_of_the_runtime_over_ads_beside_files_is_refused() throws Exception {
        var lds = write("lds.yaml", "resources: []");
        var bootstrap = source("lds_config", lds)
                + "}\nlayered_runtime: {layers: [{name: sent, rtds_layer: {name: shares, rtds_config: {ads: {}}}}]";
        assertThatThrownBy(() -> start(bootstrap))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("layered_runtime: has a layer that comes over ADS, and configuration comes from");
    }

    private static Listener.Builder read(String listener) throws IOException {
        return ScriptedAds.read(listener.replaceFirst("\"@type\": \"[^\"]*\", ", ""), Listener.newBuilder());
    }
}
