package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Answers made here, with bodies that a filter cannot change as it should: they say that they are compressed.
final class BrokenLocalBodiesTest {
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
                      access_log:
                      - name: file
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                          path: "@LOG@"
                          log_format:
                            text_format_source: {inline_string: "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %BYTES_SENT%\\n"}
                      http_filters:
                      - name: plain
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.decompressor.v3.Decompressor
                          decompressor_library:
                            name: gzip
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.compression.gzip.decompressor.v3.Gzip}
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: {prefix: /broken}
                            direct_response: {status: 403, body: {inline_string: "this is no gzip at all"}}
                            response_headers_to_add: [{header: {key: content-encoding, value: gzip}}]
                          - match: {prefix: /}
                            direct_response: {status: 200, body: {inline_string: "whole"}}
            """;

    @TempDir
    private Path state;

    @Test
    void go_without_their_body_once_and_the_connection_goes_on() throws Exception {
        try (var proxy = new FilteredProxy(BOOTSTRAP, state, Map.of());
                var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
            client.setSoTimeout(10_000);
            for (var head : List.of("GET /broken HTTP/1.1", "GET /whole HTTP/1.1\r\nconnection: close")) {
                client.getOutputStream().write((head + "\r\nhost: a\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
            var answers = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answers)
                    .startsWith("HTTP/1.1 403 ")
                    .contains("\ncontent-length: 0\r\n", "\nHTTP/1.1 200 ")
                    .doesNotContain("gzip")
                    .endsWith("\r\n\r\nwhole");
            var log = state.resolve("requests.log");
            Awaitility.await()
                    .until(() -> Files.exists(log) && Files.readAllLines(log).size() >= 2);
            assertThat(Files.readAllLines(log))
                    .containsExactly("403 direct_response{compressed_body_invalid} 0", "200 direct_response 5");
            assertThat(proxy.metrics())
                    .contains("envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix=\"in\"} 2\n");
        }
    }
}
