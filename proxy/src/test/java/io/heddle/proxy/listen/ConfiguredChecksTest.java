package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.heddle.model.problem.Checked;
import io.heddle.proxy.grpc.Octets;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.grpc.GrpcMethod;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Health checks from a bootstrap's text to real sockets: gRPC, what single endpoints say, and files of events.
class ConfiguredChecksTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String ILL = "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno";

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final AtomicReference<byte[]> answer = new AtomicReference<>(new byte[] {8, 1});

    @TempDir
    private Path folder;

    private static RuntimeConfig config(String check, String... endpoints) {
        return config(1, check, endpoints);
    }

    private static String spoken(String check) {
        return check.startsWith("grpc_") ? "http2_protocol_options: {}," : "";
    }

    private static RuntimeConfig config(int unhealthy, String check, String... endpoints) {
        var read = BootstrapReader.read("""
                { static_resources: { clusters: [ { name: app, type: STATIC, %s health_checks: [ { timeout: 1s,
                    interval: 0.02s, no_traffic_interval: 0.02s, unhealthy_threshold: %d, healthy_threshold: 1, %s } ],
                    load_assignment: { cluster_name: app, endpoints: [ {
                    locality: { region: here, sub_zone: '1' }, lb_endpoints: [ %s ] } ] } } ] } }
                """.formatted(spoken(check), unhealthy, check, String.join(", ", endpoints)));
        assertThat(read.problems()).isEmpty();
        return ((Checked.Ok<Bootstrap>) read).value().fixed();
    }

    /// With a listener that sends everything to the cluster.
    private static RuntimeConfig forwarding(RuntimeConfig checking) {
        return new RuntimeConfig(RunningProxy.config().listeners(), Map.of(), checking.clusters(), Map.of(), Map.of());
    }

    private static String endpoint(int port, String checks) {
        return "{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } }, health_check_config: {"
                        .formatted(port)
                + checks + " } } }";
    }

    private static HostState state(RunningProxy proxy, int port) {
        var app = proxy.upstreams.cluster("app").orElseThrow();
        return Objects.requireNonNull(app.hosts().get("127.0.0.1:" + port)).state();
    }

    private Server health() throws IOException {
        var method = Octets.method("grpc.health.v1.Health/Check", MethodDescriptor.MethodType.UNARY);
        var service = ServerServiceDefinition.builder("grpc.health.v1.Health")
                .addMethod(method, ServerCalls.asyncUnaryCall((request, answers) -> {
                    calls.add("asks " + new String(request, StandardCharsets.UTF_8));
                    var told = Objects.requireNonNull(answer.get());
                    if (told.length == 0) {
                        answers.onError(Status.NOT_FOUND.asRuntimeException());
                        return;
                    }
                    answers.onNext(told);
                    answers.onCompleted();
                }))
                .build();
        var heads = new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata lines, ServerCallHandler<Q, A> next) {
                calls.add(call.getAuthority() + " "
                        + lines.get(Metadata.Key.of("x-check", Metadata.ASCII_STRING_MARSHALLER)));
                return next.startCall(call, lines);
            }
        };
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerInterceptors.intercept(service, heads))
                .build()
                .start();
    }

    @Test
    void a_host_is_asked_over_grpc() throws Exception {
        var server = health();
        var check = "grpc_health_check: { service_name: shop, authority: cart, initial_metadata: [ { header: {"
                + " key: x-check, value: yes } } ] }";
        try (var proxy = new RunningProxy(config(check, endpoint(server.getPort(), "")))) {
            var state = state(proxy, server.getPort());
            await().until(() -> !state.failsChecks());
            assertThat(calls).startsWith("cart yes", "asks \n\u0004shop");
            answer.set(new byte[] {8, 2});
            await().until(state::failsChecks);
            answer.set(new byte[] {8, 1});
            await().until(() -> !state.failsChecks());
            answer.set(new byte[0]);
            await().until(state::failsChecks);
            var counts = Objects.requireNonNull(proxy.upstreams.checks().get("app"));
            assertThat(counts.network().sum()).isZero();
            var asked = proxy.upstreams.calls().of(new GrpcMethod("app", "grpc.health.v1.Health", "Check"));
            assertThat(asked.success()).isGreaterThan(2);
            assertThat(asked.status(5)).as("NOT_FOUND").isPositive();
            assertThat(asked.started()).isGreaterThanOrEqualTo(asked.success() + asked.failure());
            assertThat(asked.responseMessages()).isGreaterThanOrEqualTo(asked.success());
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void a_host_is_sent_something_and_must_say_who_and_how_it_is() throws Exception {
        var named = "HTTP/1.1 200 OK\r\nX-Envoy-Upstream-Healthchecked-Cluster: %s\r\nContent-Length: 9\r\n\r\n%s";
        try (var well = Origin.answering(named.formatted("shop-1", "so PONG !"));
                var other = Origin.answering(named.formatted("cart-1", "so PONG !"));
                var ill = Origin.answering(named.formatted("shop-1", "NG and PO"));
                var late = Origin.answering(named.formatted("shop-1", "....PO NG"));
                var proxy = new RunningProxy(config(
                        "http_health_check: { path: /ok, method: POST, send: { text: '50494E47' }, receive: ["
                                + " { text: '504F' }, { text: '4E47' } ], response_buffer_size: 8,"
                                + " service_name_matcher: { prefix: shop } }",
                        endpoint(well.port(), ""),
                        endpoint(other.port(), ""),
                        endpoint(ill.port(), ""),
                        endpoint(late.port(), "")))) {
            await().until(() -> !state(proxy, well.port()).failsChecks());
            await().until(() -> other.heads.size() > 1 && ill.heads.size() > 1 && late.heads.size() > 1);
            assertThat(state(proxy, other.port()).failsChecks()).isTrue();
            assertThat(state(proxy, ill.port()).failsChecks()).isTrue();
            assertThat(state(proxy, late.port()).failsChecks()).isTrue();
            assertThat(well.heads.getFirst())
                    .startsWith("POST /ok HTTP/1.1\r\n")
                    .containsIgnoringCase("content-length: 4\r\n");
        }
    }

    @Test
    void single_endpoints_say_where_and_whether_they_are_asked() throws Exception {
        try (var first = Origin.answering(ILL);
                var agent = Origin.answering(OK);
                var second = Origin.answering(ILL);
                var proxy = new RunningProxy(config(
                        "http_health_check: { path: /ok, host: shop }",
                        endpoint(first.port(), "hostname: one.shop, port_value: " + agent.port()),
                        endpoint(second.port(), "disable_active_health_check: true")))) {
            assertThat(state(proxy, second.port()).failsChecks()).isFalse();
            await().until(() -> !state(proxy, first.port()).failsChecks());
            assertThat(agent.heads.getFirst()).containsIgnoringCase("host: one.shop\r\n");
            assertThat(first.connections).hasValue(0);
            assertThat(second.connections).hasValue(0);
            proxy.config.swap(config(
                    "http_health_check: { path: /ok, host: shop }",
                    endpoint(first.port(), ""),
                    endpoint(second.port(), "")));
            await().until(() -> state(proxy, first.port()).failsChecks()
                    && state(proxy, second.port()).failsChecks());
            proxy.config.swap(config(
                    "http_health_check: { path: /ok, host: shop }",
                    endpoint(first.port(), "disable_active_health_check: true"),
                    endpoint(second.port(), "")));
            await().until(() -> !state(proxy, first.port()).failsChecks());
        }
    }

    /// Nothing would bring it back.
    @Test
    void an_endpoint_that_is_not_checked_stays_in_whatever_it_says_of_its_health() throws Exception {
        var leaves = "HTTP/1.1 200 OK\r\nX-Envoy-Immediate-Health-Check-Fail: true\r\nContent-Length: 2\r\n\r\nok";
        try (var host = Origin.answering(leaves);
                var proxy = new RunningProxy(forwarding(config(
                        "http_health_check: { path: /ok, host: shop }",
                        endpoint(host.port(), "disable_active_health_check: true"))));
                var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                Origin.write(client, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200 ");
                Origin.read(client.getInputStream(), 2);
                assertThat(state(proxy, host.port()).failsChecks()).isFalse();
            }
        }
    }

    @Test
    void events_are_written_to_a_file_as_envoy_writes_them() throws Exception {
        var file = folder.resolve("health.log");
        try (var well = Origin.answering(OK);
                var ill = Origin.answering(ILL);
                var proxy = new RunningProxy(config(
                        "http_health_check: { path: /ok }, always_log_health_check_failures: true, event_log_path: "
                                + file,
                        endpoint(well.port(), ""),
                        endpoint(ill.port(), "")))) {
            await().until(() -> !state(proxy, well.port()).failsChecks());
            await().until(() -> Files.exists(file) && Files.readAllLines(file).size() > 2);
            var host = "{\"health_checker_type\":\"HTTP\",\"host\":{\"socket_address\":{\"protocol\":\"TCP\","
                    + "\"address\":\"127.0.0.1\",\"port_value\":%d}},\"cluster_name\":\"app\",";
            var lines = Files.readAllLines(file);
            assertThat(lines)
                    .anySatisfy(line -> assertThat(line)
                            .startsWith(host.formatted(well.port())
                                    + "\"add_healthy_event\":{\"first_check\":true},\"timestamp\":\"20")
                            .endsWith("Z\",\"locality\":{\"region\":\"here\",\"sub_zone\":\"1\"}}"));
            assertThat(lines)
                    .anySatisfy(
                            line -> assertThat(line)
                                    .startsWith(
                                            host.formatted(ill.port())
                                                    + "\"health_check_failure_event\":{\"failure_type\":\"ACTIVE\",\"first_check\":true,\"http_status_code\":500},"));
        }
    }

    @Test
    void a_status_that_may_pass_is_the_hosts_own_word_and_is_told_beside_what_it_changes() throws Exception {
        var file = folder.resolve("health.log");
        var check =
                "http_health_check: { path: /ok, retriable_statuses: [ { start: 500, end: 501 } ] }%s, event_log_path: "
                        + file;
        var answers = new AtomicReference<>(OK);
        try (var host = saying(answers);
                var proxy = new RunningProxy(config(
                        check.formatted(", always_log_health_check_failures: true"), endpoint(host.port(), "")))) {
            await().until(() -> !state(proxy, host.port()).failsChecks());
            answers.set(ILL);
            await().until(() -> state(proxy, host.port()).failsChecks());
            await().until(() -> lines(file).stream()
                            .filter(line -> line.contains("failure_event"))
                            .count()
                    > 1);
            var counts = Objects.requireNonNull(proxy.upstreams.checks().get("app"));
            assertThat(counts.failure().sum()).isPositive();
            assertThat(counts.network().sum()).isZero();
        }
        assertThat(lines(file)).hasSizeGreaterThan(3);
        assertThat(lines(file).get(0)).contains("\"add_healthy_event\"");
        assertThat(lines(file).get(1))
                .contains("\"eject_unhealthy_event\":{\"failure_type\":\"ACTIVE\",\"http_status_code\":500}");
        assertThat(lines(file).subList(2, lines(file).size()))
                .allSatisfy(line -> assertThat(line)
                        .contains("\"health_check_failure_event\":{\"failure_type\":\"ACTIVE\",\"first_check\":false,"
                                + "\"http_status_code\":500}"));
    }

    @Test
    void a_host_that_fails_its_first_check_is_told_though_nothing_changes() throws Exception {
        var file = folder.resolve("health.log");
        int nobody;
        try (var gone = Origin.answering(OK)) {
            nobody = gone.port();
        }
        try (var proxy = new RunningProxy(
                config("http_health_check: { path: /ok }, event_log_path: " + file, endpoint(nobody, "")))) {
            var counts = Objects.requireNonNull(proxy.upstreams.checks().get("app"));
            await().until(() -> counts.network().sum() > 2 && !lines(file).isEmpty());
        }
        assertThat(lines(file))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains(
                                "\"health_check_failure_event\":{\"failure_type\":\"NETWORK\",\"first_check\":true}"));
    }

    @Test
    void a_host_that_says_in_a_failed_check_that_it_leaves_is_out_at_once() throws Exception {
        var check = "http_health_check: { path: /ok, retriable_statuses: [ { start: 500, end: 501 } ] }";
        var answers = new AtomicReference<>(OK);
        try (var host = saying(answers);
                var proxy = new RunningProxy(config(100_000, check, endpoint(host.port(), "")))) {
            await().until(() -> !state(proxy, host.port()).failsChecks());
            var counts = Objects.requireNonNull(proxy.upstreams.checks().get("app"));
            answers.set(ILL);
            await().until(() -> counts.failure().sum() > 2);
            assertThat(state(proxy, host.port()).failsChecks())
                    .as("that may pass")
                    .isFalse();
            answers.set(ILL.replace("Content", "X-Envoy-Immediate-Health-Check-Fail: true\r\nContent"));
            await().until(() -> state(proxy, host.port()).failsChecks());
        }
    }

    /// A host with answers that change.
    private static Origin saying(AtomicReference<String> answers) {
        return new Origin((socket, _) -> {
            while (!Origin.head(socket.getInputStream()).isEmpty()) {
                Origin.write(socket, Objects.requireNonNull(answers.get()));
            }
        });
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
