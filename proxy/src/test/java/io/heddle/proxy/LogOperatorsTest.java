package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A command operator says the same in a header and in an access log.
final class LogOperatorsTest {
    /// Those that change no more once there is an answer.
    private static final List<String> ALIKE = List.of(
            "PROTOCOL",
            "RESPONSE_FLAGS",
            "RESPONSE_FLAGS_LONG",
            "GRPC_STATUS_NUMBER",
            "BYTES_RECEIVED",
            "UPSTREAM_REQUEST_ATTEMPT_COUNT",
            "UPSTREAM_PROTOCOL",
            "UPSTREAM_HOST",
            "UPSTREAM_HOST_NAME",
            "UPSTREAM_HOST_NAME_WITHOUT_PORT",
            "UPSTREAM_REMOTE_ADDRESS",
            "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
            "UPSTREAM_REMOTE_PORT",
            "UPSTREAM_CLUSTER",
            "UPSTREAM_CLUSTER_RAW",
            "DOWNSTREAM_REMOTE_ADDRESS",
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_REMOTE_PORT",
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_DIRECT_REMOTE_PORT",
            "DOWNSTREAM_LOCAL_ADDRESS",
            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_LOCAL_PORT",
            "DOWNSTREAM_PEER_SUBJECT",
            "REQUESTED_SERVER_NAME",
            "ROUTE_NAME",
            "VIRTUAL_CLUSTER_NAME",
            "VIRTUAL_HOST_NAME",
            "HOSTNAME",
            "STREAM_ID",
            "START_TIME",
            "START_TIME(%s.%3f)",
            "START_TIME_LOCAL",
            "EMIT_TIME(%Y)",
            "CONNECTION_ID",
            "UPSTREAM_CONNECTION_ID",
            "UPSTREAM_CONNECTION_IDS_ATTEMPTED",
            "UPSTREAM_HOSTS_ATTEMPTED",
            "UPSTREAM_LOCAL_ADDRESS",
            "UPSTREAM_LOCAL_PORT",
            "DOWNSTREAM_DIRECT_LOCAL_ADDRESS",
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)",
            "REQUEST_TX_DURATION",
            "UPSTREAM_CONNECTION_POOL_READY_DURATION",
            "COMMON_DURATION(US_CX_BEG:US_CX_END:ns)",
            "COMMON_DURATION(DS_RX_BEG:US_TX_BEG)",
            "QUERY_PARAMS",
            "ENVIRONMENT(PATH)",
            "GRPC_STATUS",
            "DOWNSTREAM_TLS_VERSION",
            "UPSTREAM_TLS_CIPHER",
            "REQUESTED_SERVER_NAME(SNI_FIRST)",
            "REQ(X-A):3",
            "REQ(:SCHEME)",
            "REQ(X-NONE?X-FORWARDED-PROTO)",
            "REQ_WITHOUT_QUERY(:PATH)",
            "PATH(NQ)",
            "QUERY_PARAM(q)",
            "RESP(X-APP)",
            "RESP(X-NONE?:STATUS)",
            "METADATA(ROUTE:shop:team)",
            "UPSTREAM_METADATA(envoy.lb:version)");

    private static final String BOOTSTRAP = """
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
                            text_format_source: {inline_string: "@LOGGED@\\n"}
                      http_filters:
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        virtual_hosts:
                        - name: shop
                          domains: ["*"]
                          virtual_clusters: [{name: all, headers: [{name: ":path", string_match: {prefix: /}}]}]
                          routes:
                          - name: first
                            match: {prefix: /here}
                            direct_response: {status: 418, body: {inline_string: "tea"}}
                          - name: second
                            match: {prefix: /}
                            metadata: {filter_metadata: {shop: {team: books}}}
                            route: {cluster: app}
                            response_headers_to_add: [{header: {key: x-all, value: "@SHOWN@"}}]
              clusters:
              - name: app
                type: STATIC
                load_assignment:
                  cluster_name: app
                  endpoints:
                  - lb_endpoints:
                    - endpoint:
                        address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}
                        hostname: app.example
                      metadata: {filter_metadata: {envoy.lb: {version: v7}}}
            """;

    @TempDir
    private Path state;

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("x-app", "42");
        exchange.sendResponseHeaders(201, 2);
        exchange.getResponseBody().write("ok".getBytes(StandardCharsets.US_ASCII));
        exchange.close();
    }

    private static String all(List<String> operators) {
        return operators.stream().map(operator -> "%" + operator + "%").collect(Collectors.joining("|"));
    }

    private String logged() throws IOException {
        var log = state.resolve("requests.log");
        Awaitility.await()
                .until(() -> Files.exists(log) && !Files.readAllLines(log).isEmpty());
        return Files.readAllLines(log).getLast();
    }

    @Test
    void alike_of_a_hosts_answer() throws Exception {
        var text = BOOTSTRAP.replace("@LOGGED@", all(ALIKE)).replace("@SHOWN@", all(ALIKE));
        try (var proxy = new FilteredProxy(text, state, Map.of("/", LogOperatorsTest::answer))) {
            var answer = proxy.ask("GET /there?q=7", "host: shop", "x-a: abcdef");
            assertThat(answer).startsWith("HTTP/1.1 201 ");
            int at = answer.indexOf("x-all: ") + 7;
            var shown = answer.substring(at, answer.indexOf('\n', at)).split("\\|", -1);
            var logged = logged().split("\\|", -1);
            assertThat(shown).hasSameSizeAs(ALIKE);
            for (int i = 0; i < shown.length; i++) {
                shown[i] = ALIKE.get(i) + "=" + (shown[i].isEmpty() ? "-" : shown[i]);
                logged[i] = ALIKE.get(i) + "=" + logged[i];
            }
            assertThat(logged).containsExactly(shown);
            assertThat(logged)
                    .contains("UPSTREAM_PROTOCOL=HTTP/1.1", "UPSTREAM_HOST_NAME=app.example", "RESP(X-APP)=42")
                    .contains("METADATA(ROUTE:shop:team)=books", "UPSTREAM_METADATA(envoy.lb:version)=v7")
                    .contains("VIRTUAL_HOST_NAME=shop", "QUERY_PARAM(q)=7", "QUERY_PARAMS=q=7", "REQ(X-A):3=abc")
                    .contains("DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)=127.0.0.0/16")
                    .contains("REQUESTED_SERVER_NAME(SNI_FIRST)=shop");
            assertThat(Arrays.asList(logged).stream().filter(field -> field.endsWith("=-")))
                    .as("all others are known")
                    .containsExactlyInAnyOrder(
                            "RESPONSE_FLAGS=-",
                            "RESPONSE_FLAGS_LONG=-",
                            "GRPC_STATUS_NUMBER=-",
                            "DOWNSTREAM_PEER_SUBJECT=-",
                            "GRPC_STATUS=-",
                            "DOWNSTREAM_TLS_VERSION=-",
                            "UPSTREAM_TLS_CIPHER=-",
                            "REQUESTED_SERVER_NAME=-");
        }
    }

    private static boolean areActive(int count, String line) {
        return line.startsWith("envoy_cluster_upstream_rq_active{")
                && line.contains("\"app\"")
                && line.endsWith(" " + count);
    }

    /// The next request is on the host's connection before the log of the last one is written.
    @Test
    void of_its_own_answer_though_another_request_waited_for_the_connection() throws Exception {
        var text = "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n"
                + BOOTSTRAP
                        .replace("@LOGGED@", "%REQ(:PATH)% %RESP(X-FOR)%")
                        .replace("@SHOWN@", "")
                        .replace(
                                "    type: STATIC\n",
                                "    type: STATIC\n    circuit_breakers: {thresholds: [{max_connections: 1}]}\n");
        var answering = new CountDownLatch(1);
        HttpHandler application = exchange -> {
            try {
                answering.await();
            } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
            exchange.getResponseHeaders().set("x-for", exchange.getRequestURI().getPath());
            answer(exchange);
        };
        try (var proxy = new FilteredProxy(text, state, Map.of("/", application));
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<String>>();
            int count = Runtime.getRuntime().availableProcessors() + 2; // a loop has two of them
            for (int i = 0; i < count; i++) {
                var path = "GET /" + i;
                answers.add(clients.submit(() -> proxy.ask(path, "host: shop")));
            }
            try {
                Awaitility.await().until(() -> proxy.metrics().lines().anyMatch(line -> areActive(count, line)));
            } finally {
                answering.countDown();
            }
            for (var answer : answers) {
                assertThat(answer.get()).startsWith("HTTP/1.1 201 ");
            }
            var log = state.resolve("requests.log");
            Awaitility.await()
                    .until(() -> Files.exists(log) && Files.readAllLines(log).size() == count);
            assertThat(Files.readAllLines(log))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, count)
                            .mapToObj(i -> "/" + i + " /" + i)
                            .toList());
        }
    }

    @Test
    void of_an_answer_made_here_a_log_has_what_there_is() throws Exception {
        var operators = List.of("RESPONSE_CODE", "LOCAL_REPLY_BODY", "UPSTREAM_PROTOCOL", "RESP(X-APP)", "ROUTE_NAME");
        var text = BOOTSTRAP.replace("@LOGGED@", all(operators)).replace("@SHOWN@", "");
        try (var proxy = new FilteredProxy(text, state, Map.of("/", LogOperatorsTest::answer))) {
            assertThat(proxy.ask("GET /here", "host: shop")).startsWith("HTTP/1.1 418 ");
            assertThat(logged()).isEqualTo("418|tea|-|-|first");
        }
    }
}
