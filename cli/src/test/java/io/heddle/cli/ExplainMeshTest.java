package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.cli.output.Console;
import io.heddle.control.ControlOptions;
import io.heddle.control.ControlPlane;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import io.heddle.proxy.exchange.head.ReceivedHeads;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// A directory of the mesh's objects, the control plane that has them, and a proxy that runs with them explain a
/// request alike.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExplainMeshTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MESH = """
            apiVersion: v1
            kind: Service
            metadata: {name: catalog, namespace: shop}
            spec: {selector: {app: catalog}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: catalog-v2, namespace: shop}
            spec: {selector: {app: catalog, version: v2}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: catalog-2, namespace: shop}
            spec: {address: 127.0.0.1, labels: {app: catalog, version: v2}, ports: {http: 9082}}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: web, namespace: shop}
            spec: {address: 127.0.0.1, labels: {app: web}, serviceAccount: web}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: catalog, namespace: shop}
            spec:
              parentRefs: [{group: "", kind: Service, name: catalog, port: 80}]
              rules:
              - matches: [{path: {type: PathPrefix, value: /old}}]
                filters: [{type: RequestRedirect, requestRedirect: {statusCode: 302, path: {type: ReplaceFullPath, replaceFullPath: /}}}]
              - backendRefs: [{name: catalog-v2, port: 80}]
            """;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final HttpClient http = HttpClient.newHttpClient();
    private Path mesh;
    private ControlPlane control;
    private Proxy proxy;
    private int outbound;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        mesh = Files.createDirectory(folder.resolve("mesh"));
        Files.writeString(mesh.resolve("shop.yaml"), MESH);
        var options = ControlOptions.defaults()
                .withStateDirectory(folder.resolve("control"))
                .withConfigDirectory(mesh)
                .withPorts(new ControlOptions.Ports("127.0.0.1", 0, 0, 0, 0, List.of()));
        control = ControlPlane.start(options, new ReceivedHeads());
        try (var free = new ServerSocket(0)) {
            outbound = free.getLocalPort();
        }
        var xds = control.endpoints().plaintextXds();
        var bootstrap = """
                node:
                  id: sidecar~127.0.0.1~web.shop~shop.svc.cluster.local
                  cluster: web
                  metadata: {NAMESPACE: shop, WORKLOAD_NAME: web, PORTS: {outbound: %d}}
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                dynamic_resources:
                  lds_config: {ads: {}}
                  cds_config: {ads: {}}
                  ads_config: {api_type: DELTA_GRPC, transport_api_version: V3, grpc_services: [{envoy_grpc: {cluster_name: control}}]}
                static_resources:
                  clusters:
                  - name: control
                    type: STATIC
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                    load_assignment: {cluster_name: control, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %s}}}}]}]}
                """.formatted(outbound, xds.substring(xds.lastIndexOf(':') + 1));
        proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), folder.resolve("proxy")));
        proxy.ready().get(30, TimeUnit.SECONDS);
        await().until(() -> proxy.ports().size() > 1);
    }

    @AfterAll
    void stop() {
        proxy.close();
        control.close();
        http.close();
    }

    private int heddle(String... arguments) {
        out.reset();
        err.reset();
        var console = new Console(
                new ByteArrayInputStream(new byte[0]), new PrintStream(out), new PrintStream(err), false, false);
        return Heddle.run(console, arguments);
    }

    private JsonNode explained(String... arguments) {
        assertThat(heddle(arguments)).as("%s", err).isZero();
        return JSON.readTree(out.toString(StandardCharsets.UTF_8));
    }

    private JsonNode asked(String url) throws Exception {
        var answer = http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    /// Without the port of the listener, which stands where a sidecar's is found.
    private String steady(JsonNode document) {
        return document.toString().replace(":" + outbound, ":15001");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://catalog.shop/books/1",
                "http://catalog/old/x",
                "http://catalog-v2.shop/",
                "http://nobody.shop/",
                "GET http://catalog.shop/a/../b?x=1"
            })
    void directory_control_plane_and_proxy_say_the_same(String request) throws Exception {
        var asked =
                "request=" + URLEncoder.encode(request, StandardCharsets.UTF_8).replace("+", "%20");
        var admin = Objects.requireNonNull(proxy.ports().get("admin")).getPort();
        var running =
                asked("http://127.0.0.1:" + admin + "/explain?format=json&to=127.0.0.1:" + outbound + "&" + asked);
        var api = asked(control.endpoints().api() + "/api/v1/explain?for=web.shop&" + asked);
        var server = control.endpoints().api();
        assertThat(steady(api)).isEqualTo(steady(running));
        var ofServer =
                explained("explain", "--server", server, "--for", "web.shop", "--request", request, "-o", "json");
        assertThat(steady(ofServer)).isEqualTo(steady(running));
        var ofDirectory =
                explained("explain", "-c", mesh.toString(), "--for", "web.shop", "--request", request, "-o", "json");
        assertThat(steady(ofDirectory)).isEqualTo(steady(running));
    }

    @Test
    void tells_people_the_same_from_the_directory_and_from_the_control_plane() {
        var server = control.endpoints().api();
        assertThat(heddle("explain", "--server", server, "--for", "web.shop", "--request", "http://catalog.shop/"))
                .as("%s", err)
                .isZero();
        var told = out.toString(StandardCharsets.UTF_8).replace(":" + outbound, ":15001");
        assertThat(told).contains("goes to 127.0.0.1:9082 of cluster outbound|80||catalog-v2.shop.svc.cluster.local");
        assertThat(heddle("explain", "-c", mesh.toString(), "--for", "web.shop", "--request", "http://catalog.shop/"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(told);
    }

    @Test
    void says_whom_it_does_not_know_and_what_is_not_said() {
        var server = control.endpoints().api();
        assertThat(heddle("explain", "--server", server, "--for", "nobody.shop", "--request", "http://catalog/"))
                .isEqualTo(4);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("nobody.shop");
        assertThat(heddle("explain", "-c", mesh.toString(), "--for", "nobody.shop", "--request", "http://catalog/"))
                .isEqualTo(4);
        assertThat(heddle("explain", "-c", mesh.toString(), "--request", "http://catalog/"))
                .isEqualTo(2);
        assertThat(heddle("explain", "--server", server, "--for", "web.shop", "--request", " "))
                .isNotZero();
    }

    @Test
    void refuses_a_directory_that_a_control_plane_would_refuse(@TempDir Path folder) throws Exception {
        Files.writeString(
                folder.resolve("bad.yaml"), MESH.replace("name: catalog-v2, port: 80", "name: none, port: 80"));
        assertThat(heddle("explain", "-c", folder.toString(), "--for", "web.shop", "--request", "http://catalog/"))
                .isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no service \"none\"");
    }

    @Test
    void refuses_an_object_that_stands_in_two_files_with_all_else_that_is_wrong(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("a.yaml"), MESH);
        Files.writeString(
                folder.resolve("b.yaml"),
                MESH.replace("name: catalog-v2, port: 80", "name: none, port: 80")
                        .replace(
                                "kind: HTTPRoute\nmetadata: {name: catalog,",
                                "kind: HTTPRoute\nmetadata: {name: other,"));
        assertThat(heddle("explain", "-c", folder.toString(), "--for", "web.shop", "--request", "http://catalog/"))
                .isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("is in " + folder.resolve("a.yaml") + " already (in " + folder.resolve("b.yaml") + ")")
                .contains("there is no service \"none\"");
    }

    @Test
    void names_what_is_wrong_in_one_file_beside_what_another_has(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("a.yaml"), "{");
        Files.writeString(folder.resolve("b.yaml"), MESH.replaceFirst("port: [0-9]+", "port: 700000"));
        assertThat(heddle("explain", "-c", folder.toString(), "--for", "web.shop", "--request", "http://catalog/"))
                .isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("(in " + folder.resolve("a.yaml") + ")")
                .contains("700000");
    }
}
