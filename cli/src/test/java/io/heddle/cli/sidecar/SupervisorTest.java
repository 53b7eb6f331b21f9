package io.heddle.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.rules.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.ObjectMapper;

class SupervisorTest {
    private static final WorkloadSpec CATALOG = new WorkloadSpec(
            "catalog-v2", "shop", "catalog", Optional.of("catalog.shop"), "v2", "127.0.0.1", OptionalInt.of(9080));
    private static final SidecarPorts PORTS = new SidecarPorts(1, 2, 3, 4);

    @TempDir
    private Path place;

    @Test
    void the_application_gets_its_port_and_proxy_and_its_exit_code_is_ours_after_draining() throws Exception {
        var recorder = new Recorder(true);
        var seen = place.resolve("seen");
        var code = supervisor(recorder)
                .run(
                        List.of(
                                "sh",
                                "-c",
                                "echo $PORT $HTTP_PROXY $http_proxy [${NO_PROXY%%::1*}] > " + seen + "; exit 42"),
                        start());
        assertThat(code).isEqualTo(42);
        assertThat(seen).hasContent("9080 http://127.0.0.1:1 http://127.0.0.1:1 [localhost,127.0.0.1,]");
        assertThat(recorder.calls).containsExactly("ready", "drain", "close");
    }

    @Test
    void requests_come_in_only_when_the_application_accepts_connections() throws Exception {
        var recorder = new Recorder(true);
        try (var application = new java.net.ServerSocket(0, 8, java.net.InetAddress.ofLiteral("127.0.0.1"))) {
            var spec = new WorkloadSpec(
                    "catalog-v2",
                    "shop",
                    "catalog",
                    Optional.of("catalog.shop"),
                    "v2",
                    "127.0.0.1",
                    OptionalInt.of(application.getLocalPort()));
            var done = place.resolve("done");
            var run = java.util.concurrent.CompletableFuture.supplyAsync(() -> {
                try {
                    return supervisor(recorder)
                            .run(List.of("sh", "-c", "until [ -e " + done + " ]; do sleep 0.02; done"), start(spec));
                } catch (InterruptedException e) {
                    throw new java.util.concurrent.CompletionException(e);
                }
            });
            org.awaitility.Awaitility.await().until(() -> recorder.calls.contains("serves"));
            Files.createFile(done);
            assertThat(run.get(20, java.util.concurrent.TimeUnit.SECONDS)).isZero();
        }
        assertThat(recorder.calls).containsExactly("ready", "serves", "drain", "close");
    }

    @Test
    void without_a_configuration_the_application_never_starts() {
        var recorder = new Recorder(false);
        assertThatThrownBy(() -> supervisor(recorder)
                        .run(List.of("touch", place.resolve("ran").toString()), start()))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.code()).isEqualTo(ExitCode.UNREACHABLE));
        assertThat(place.resolve("ran")).doesNotExist();
        assertThat(recorder.calls).containsExactly("ready", "close");
    }

    @Test
    void an_intercepted_application_is_told_of_no_proxy() throws Exception {
        var out = place.resolve("environment");
        var spec = new WorkloadSpec(
                "job", "shop", "job", Optional.empty(), "", "10.0.0.1", OptionalInt.empty(), Optional.of(Mode.TPROXY));
        var application = Application.start(List.of("sh", "-c", "env > " + out), spec, 15_001);
        assertThat(application.await()).isZero();
        assertThat(Files.readString(out)).doesNotContain("15001").doesNotContain("NO_PROXY=\n");
        var metadata = new ObjectMapper()
                .readTree(new Bootstrap(spec, PORTS, "127.0.0.1:15012", place).text())
                .path("node")
                .path("metadata");
        assertThat(metadata.path("INTERCEPTION_MODE").asString()).isEqualTo("TPROXY");
        assertThat(metadata.path("INSTANCE_IPS").asString()).contains("127.0.0.1");
    }

    @Test
    void a_configuration_for_other_sockets_is_forgotten_and_one_for_the_same_is_kept() throws Exception {
        var bootstrap = place.resolve("bootstrap.yaml");
        var kept = place.resolve("last-good.xds");
        Files.writeString(kept, "x");
        Bootstrap.forgetOtherSockets(bootstrap, CATALOG, kept);
        Files.writeString(bootstrap, new Bootstrap(CATALOG, PORTS, "127.0.0.1:15012", place).text());
        Bootstrap.forgetOtherSockets(bootstrap, CATALOG, kept);
        assertThat(kept).exists();
        var led = new WorkloadSpec(
                "job", "shop", "job", Optional.empty(), "", "10.0.0.1", OptionalInt.empty(), Optional.of(Mode.TPROXY));
        Bootstrap.forgetOtherSockets(bootstrap, led, kept);
        assertThat(kept).doesNotExist();
    }

    @Test
    void a_command_that_does_not_exist_is_named() {
        assertThatThrownBy(() -> supervisor(new Recorder(true)).run(List.of("/no/such/program"), start()))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.code()).isEqualTo(ExitCode.NO_COMMAND))
                .hasMessageContaining("there is no command '/no/such/program'");
    }

    @Test
    void an_application_that_ignores_sigterm_is_killed_with_its_children() throws Exception {
        var ready = place.resolve("ready");
        var application = Application.start(
                List.of("sh", "-c", "trap '' TERM; sleep 600 & touch " + ready + "; wait; sleep 600"),
                new WorkloadSpec("job", "shop", "job", Optional.empty(), "", "127.0.0.1", OptionalInt.empty()),
                1);
        while (!Files.exists(ready)) {
            Thread.onSpinWait();
        }
        var children =
                ProcessHandle.of(application.pid()).orElseThrow().descendants().toList();
        assertThat(children).isNotEmpty();
        assertThat(application.stop(Duration.ofMillis(100))).isEqualTo(137);
        for (var child : children) {
            child.onExit().get(10, java.util.concurrent.TimeUnit.SECONDS);
        }
    }

    @Test
    void ports_stay_the_same_over_restarts_and_given_ones_win() {
        var file = place.resolve("ports.json");
        var none = new SidecarPorts(0, 0, 0, 0);
        var first = none.settle(file, new FreePorts(new Random(1)), "127.0.0.1");
        assertThat(List.of(first.outbound(), first.inbound(), first.metrics(), first.admin()))
                .doesNotHaveDuplicates();
        assertThat(none.settle(file, new FreePorts(new Random(2)), "127.0.0.1")).isEqualTo(first);
        assertThat(new SidecarPorts(7, 0, 0, 0).settle(file, new FreePorts(new Random(3)), "127.0.0.1"))
                .isEqualTo(new SidecarPorts(7, first.inbound(), first.metrics(), first.admin()));
    }

    @Test
    void a_taken_port_is_refused_by_its_option_before_anything_starts() throws Exception {
        try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.ofLiteral("127.0.0.1"))) {
            var file = place.resolve("ports.json");
            var ports = new SidecarPorts(0, taken.getLocalPort(), 0, 0)
                    .settle(file, new FreePorts(new Random(4)), "127.0.0.1");
            assertThatThrownBy(() -> ports.ensureFree("127.0.0.1"))
                    .isInstanceOfSatisfying(
                            Failure.class,
                            failure -> assertThat(failure.remedy()).contains("--inbound-port"))
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
    }

    /// A killed sidecar must not leave an application that nobody reaches and that reaches nobody.
    @Test
    void the_application_ends_when_the_process_that_started_it_is_killed() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeFalse(DeathSignal.prefix().isEmpty(), "this system has no setpriv");
        var pid = place.resolve("pid");
        var words = String.join(" ", DeathSignal.prefix()) + " sh -c 'echo $$ > " + pid + ".new; mv " + pid + ".new "
                + pid + "; exec sleep 600' & wait";
        var starter = new ProcessBuilder("sh", "-c", words).start();
        org.awaitility.Awaitility.await().until(() -> Files.exists(pid));
        var application = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
        starter.destroyForcibly();
        org.awaitility.Awaitility.await()
                .until(() -> application.filter(ProcessHandle::isAlive).isEmpty());
    }

    /// A sidecar may have changed the system's packet filter, which nobody else would change back.
    @ParameterizedTest
    @ValueSource(strings = {"ready", "drain"})
    void a_process_that_is_told_to_end_before_or_after_its_application_closes_its_sidecar(String phase)
            throws Exception {
        var calls = place.resolve("calls");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SupervisedProcess.class.getName(),
                        calls.toString(),
                        phase)
                .inheritIO()
                .start();
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(calls) && Files.readString(calls).contains(phase + "\n"));
        process.destroy();
        assertThat(process.waitFor(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readAllLines(calls)).contains("close");
        assertThat(process.exitValue())
                .as("128 + SIGTERM before there is an application, then what that ended with")
                .isEqualTo(phase.equals("ready") ? 143 : 0);
    }

    @Test
    void options_for_every_java_are_kept_and_given_back() {
        var environment = new java.util.HashMap<>(Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseG1GC", "PATH", "/bin"));
        JavaOptions.keep(environment);
        assertThat(environment)
                .containsOnly(
                        Map.entry("HEDDLE_APPLICATION_JAVA_TOOL_OPTIONS", "-XX:+UseG1GC"), Map.entry("PATH", "/bin"));
        JavaOptions.restore(environment);
        assertThat(environment).containsOnly(Map.entry("JAVA_TOOL_OPTIONS", "-XX:+UseG1GC"), Map.entry("PATH", "/bin"));
    }

    @Test
    void the_control_plane_of_an_earlier_run_is_known_from_its_bootstrap() throws Exception {
        var file = place.resolve("bootstrap.yaml");
        assertThat(Bootstrap.xds(file)).isEmpty();
        Files.writeString(file, new Bootstrap(CATALOG, PORTS, "10.0.0.1:15012", place).text());
        assertThat(Bootstrap.xds(file)).contains("10.0.0.1:15012");
    }

    @Test
    void the_bootstrap_says_who_the_workload_is_and_where_its_control_plane_is() {
        var tree = new ObjectMapper().readTree(new Bootstrap(CATALOG, PORTS, "127.0.0.1:15012", place).text());
        var node = tree.path("node");
        assertThat(node.path("id").asString()).isEqualTo("sidecar~127.0.0.1~catalog-v2.shop~shop.svc.cluster.local");
        assertThat(node.path("cluster").asString()).isEqualTo("catalog.shop");
        assertThat(node.path("metadata").path("PORTS").path("application").asInt())
                .isEqualTo(9080);
        assertThat(node.path("metadata")
                        .path("LABELS")
                        .path("service.istio.io/canonical-revision")
                        .asString())
                .isEqualTo("v2");
        assertThat(tree.at("/dynamic_resources/ads_config/api_type").asString()).isEqualTo("DELTA_GRPC");
        assertThat(tree.at(
                                "/static_resources/clusters/0/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address/port_value")
                        .asInt())
                .isEqualTo(15012);
    }

    @Test
    void a_service_without_a_port_and_a_bad_name_are_refused_by_option() {
        assertThatThrownBy(
                        () -> new WorkloadSpec("a", "b", "c", Optional.of("a.b"), "", "127.0.0.1", OptionalInt.empty()))
                .hasMessageContaining("--port");
        assertThatThrownBy(
                        () -> new WorkloadSpec("A/b", "b", "c", Optional.empty(), "", "127.0.0.1", OptionalInt.empty()))
                .hasMessageContaining("--workload 'A/b'");
    }

    @Test
    void a_gone_parent_ends_the_process() throws Exception {
        var parent = new ProcessBuilder("sleep", "600").start();
        var ended = new java.util.concurrent.CountDownLatch(1);
        ParentWatch.start(Map.of(ParentWatch.VARIABLE, Long.toString(parent.pid())), ended::countDown);
        parent.destroyForcibly();
        assertThat(ended.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }

    private Sidecar.Start start() {
        return start(CATALOG);
    }

    private Sidecar.Start start(WorkloadSpec spec) {
        return new Sidecar.Start(
                place, place, PORTS, spec, "127.0.0.1:15012", Optional.empty(), Duration.ofSeconds(3), "/dev/null");
    }

    private static Supervisor supervisor(Sidecar sidecar) {
        return new Supervisor(Console.ofProcess(Map.of()), sidecar, Duration.ofSeconds(5));
    }

    /// A sidecar that only remembers what it was told.
    private static final class Recorder implements Sidecar {
        private final List<String> calls = new CopyOnWriteArrayList<>();
        private final boolean ready;

        private Recorder(boolean ready) {
            this.ready = ready;
        }

        @Override
        public boolean awaitReady(Duration patience) {
            calls.add("ready");
            return ready;
        }

        @Override
        public void applicationReady() {
            calls.add("serves");
        }

        @Override
        public void drain(Duration patience) {
            calls.add("drain");
        }

        @Override
        public void close() {
            calls.add("close");
        }
    }
}
