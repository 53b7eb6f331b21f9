package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Envoy beside us takes the same values of a runtime for the same, wherever they stand, and shows the same.
final class EnvoyRuntimeTest {
    /// As they stand in a static layer.
    private static final List<String> VALUES = List.of(
            "100",
            "99.5",
            "0",
            "0.5",
            "-1",
            "true",
            "false",
            "'100'",
            "'100.5'",
            "' 100 '",
            "'+100'",
            "'0x64'",
            "'1e2'",
            "'-5'",
            "'true'",
            "'{numerator: 100}'",
            "{numerator: 100}",
            "{numerator: 0, denominator: MILLION}",
            "{denominator: HUNDRED}",
            "{numerator: 1000000, denominator: MILLION}",
            "{numerator: 300}",
            "{numerator: 100, denominator: NOPE}",
            "{numerator: 100, extra: 2}",
            "{}",
            "hello",
            "inf",
            "nan");
    /// As they are told to the admin interface.
    private static final List<String> TEXTS = List.of(
            "100",
            "99.5",
            "0",
            "-1",
            "0x64",
            "1e2",
            "true",
            "FALSE",
            "{numerator: 100, denominator: HUNDRED}",
            "{numerator: 0}",
            "{\"numerator\":100}",
            "numerator: 100",
            "{numerator: 100, extra: 1}",
            "hello",
            "inf",
            "nan");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    /// Of each key what a share of none and of all become by it, and a weight of none.
    private String bootstrap() {
        var values = new StringBuilder();
        var routes = new StringBuilder();
        for (int i = 0; i < VALUES.size(); i++) {
            values.append("      s.k")
                    .append(i)
                    .append(": ")
                    .append(VALUES.get(i))
                    .append('\n');
            route(routes, "s", i);
        }
        for (int i = 0; i < TEXTS.size(); i++) {
            route(routes, "t", i);
        }
        return """
                node: {id: node-one, cluster: shop}
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                layered_runtime:
                  layers:
                  - name: fixed
                    static_layer:
                %s
                  - {name: none, disk_layer: {symlink_root: %s}}
                  - {name: told, admin_layer: {}}
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          http_filters:
                          - name: router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                %s
                """.formatted(values, folder.resolve("nothing"), routes);
    }

    private static void route(StringBuilder routes, String prefix, int key) {
        for (int share : new int[] {0, 100}) {
            var path = "/" + prefix + "/" + key + "/" + share;
            routes.append("              - {match: {path: ")
                    .append(path)
                    .append(", runtime_fraction: {runtime_key: ")
                    .append(prefix + ".k" + key)
                    .append(", default_value: {numerator: ")
                    .append(share)
                    .append("}}}, direct_response: {status: 200}}\n");
        }
    }

    private HttpResponse<String> ask(String method, int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /// What becomes of every share, and what is shown of every value that is no object.
    private Map<String, String> seen(int admin, int port) throws Exception {
        for (int i = 0; i < TEXTS.size(); i++) {
            var text = URLEncoder.encode(TEXTS.get(i), StandardCharsets.UTF_8).replace("+", "%20");
            var set = ask("POST", admin, "/runtime_modify?t.k" + i + "=" + text + "&gone=1");
            assertThat(set.body()).isEqualTo("OK\n");
        }
        var seen = new LinkedHashMap<String, String>();
        seen.put("taken away", ask("POST", admin, "/runtime_modify?gone=").body());
        seen.put(
                "no key", Integer.toString(ask("POST", admin, "/runtime_modify").statusCode()));
        seen.put(
                "GET", Integer.toString(ask("GET", admin, "/runtime_modify?a=1").statusCode()));
        for (int share : new int[] {0, 100}) {
            for (int i = 0; i < VALUES.size(); i++) {
                var status = ask("GET", port, "/s/" + i + "/" + share).statusCode();
                seen.put("static " + VALUES.get(i) + " of " + share, Integer.toString(status));
            }
            for (int i = 0; i < TEXTS.size(); i++) {
                var status = ask("GET", port, "/t/" + i + "/" + share).statusCode();
                seen.put("told " + TEXTS.get(i) + " of " + share, Integer.toString(status));
            }
        }
        var shown = Struct.newBuilder();
        JsonFormat.parser().merge(ask("GET", admin, "/runtime").body(), shown);
        seen.put("layers", words(Objects.requireNonNull(shown.getFieldsMap().get("layers"))));
        var entries = new TreeMap<>(Objects.requireNonNull(shown.getFieldsMap().get("entries"))
                .getStructValue()
                .getFieldsMap());
        entries.forEach((key, entry) -> {
            var fields = new TreeMap<>(entry.getStructValue().getFieldsMap());
            boolean isObject = key.startsWith("s.")
                    && VALUES.get(Integer.parseInt(key.substring(3))).startsWith("{");
            fields.forEach((name, value) -> seen.put(key + " " + name, isObject ? "an object" : words(value)));
        });
        return seen;
    }

    private static String words(Value value) {
        return value.hasListValue()
                ? value.getListValue().getValuesList().stream()
                        .map(Value::getStringValue)
                        .toList()
                        .toString()
                : value.getStringValue();
    }

    @Test
    void values_mean_the_same_and_are_shown_alike() throws Exception {
        var binary = EnvoyProcess.binary();
        if (binary.isEmpty()) {
            System.out.println("SKIPPED: no Envoy here");
        }
        assumeTrue(binary.isPresent(), "SKIPPED: no Envoy here");
        Map<String, String> theirs;
        try (var envoy = EnvoyProcess.start(binary.get(), bootstrap(), folder)) {
            int port = Objects.requireNonNull(envoy.ports(1).get("in"));
            var admin = Files.readString(folder.resolve("admin.txt")).strip();
            theirs = seen(Integer.parseInt(admin.substring(admin.lastIndexOf(':') + 1)), port);
        }
        Map<String, String> ours;
        try (var proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap()), folder))) {
            proxy.ready().get(20, TimeUnit.SECONDS);
            var ports = proxy.ports();
            ours = seen(
                    Objects.requireNonNull(ports.get("admin")).getPort(),
                    Objects.requireNonNull(ports.get("in")).getPort());
        }
        assertThat(ours).containsExactlyInAnyOrderEntriesOf(theirs);
    }
}
