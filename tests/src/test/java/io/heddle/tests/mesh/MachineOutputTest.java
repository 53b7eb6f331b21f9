package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Long-running commands tell programs where they listen, in one document on standard output.
class MachineOutputTest {
    /// Reads one document of a stream that goes on.
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String BOOTSTRAP = """
            static_resources:
              listeners:
              - name: hop
                address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: hop
                      route_config:
                        virtual_hosts:
                        - { name: all, domains: ["*"], routes: [ { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "here" } } } ] }
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
            """;

    @TempDir
    private Path folder;

    @Test
    void control_tells_where_its_services_are() throws Exception {
        var state = folder.resolve("control");
        var arguments = List.of("control", "--state-dir", state.toString(), "--api-port", "0", "--xds-port", "0");
        var more = List.of("--xds-plaintext-port", "0", "--metrics-port", "0", "-o", "json");
        try (var control = Told.by(folder, List.of(arguments, more))) {
            var told = control.document();
            assertThat(told.path("stateDirectory").asString()).isEqualTo(state.toString());
            assertThat(told.path("api").asString()).startsWith("http://127.0.0.1:");
            var file = JSON.readTree(Files.readString(state.resolve("control.json")));
            for (var name : List.of("api", "xds")) {
                assertThat(told.path(name)).as(name).isEqualTo(file.path(name));
            }
            assertThat(told.path("plaintextXds").asString()).isNotEmpty();
            assertThat(told.path("metrics").asString()).isNotEmpty();
        }
    }

    @Test
    void proxy_tells_its_listeners() throws Exception {
        var bootstrap = Files.writeString(folder.resolve("bootstrap.yaml"), BOOTSTRAP);
        var arguments = List.of("proxy", "-c", bootstrap.toString(), "-o", "json");
        var state = List.of("--state-dir", folder.resolve("state").toString());
        try (var proxy = Told.by(folder, List.of(arguments, state))) {
            var listener = proxy.document().path("listeners").path(0);
            assertThat(listener.path("name").asString()).isEqualTo("hop");
            var address = URI.create("http://" + listener.path("address").asString() + ":"
                    + listener.path("port").asInt() + "/");
            try (var answer = address.toURL().openStream()) {
                assertThat(new String(answer.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("here");
            }
        }
    }

    @Test
    void run_tells_its_ports_before_the_application_says_anything() {
        try (var mesh = Mesh.start(folder)) {
            var state = folder.resolve("job");
            var words = List.of("run", "-n", "shop", "--workload", "job", "--state-dir", state.toString());
            var more = List.of("-o", "yaml", "--", "sh", "-c", "echo \"application: $HTTP_PROXY\"");
            var said = mesh.heddle(Stream.of(words, more).flatMap(List::stream).toArray(String[]::new))
                    .succeeded();
            var lines = said.out().lines().toList();
            assertThat(lines.getFirst()).isEqualTo("namespace: shop");
            assertThat(lines).contains("workload: job", "address: \"127.0.0.1\"");
            var outbound = lines.stream()
                    .filter(line -> line.startsWith("outbound: "))
                    .findFirst()
                    .orElseThrow()
                    .replaceAll("outbound: |\"", "");
            assertThat(lines.getLast()).isEqualTo("application: http://" + outbound);
            assertThat(said.err()).doesNotContain("sidecar of");
        }
    }

    /// A command that runs on, and the document it began with.
    private record Told(Process process, JsonNode document) implements AutoCloseable {
        static Told by(Path folder, List<List<String>> arguments) throws IOException {
            var words = arguments.stream().flatMap(List::stream).toList();
            var process = Command.builder(Map.of(), words)
                    .redirectError(folder.resolve("command.err").toFile())
                    .start();
            try (var parser = JSON.createParser(process.getInputStream())) {
                return new Told(process, JSON.reader().readTree(parser));
            }
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }
}
