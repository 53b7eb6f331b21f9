package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts `heddle` and `build`, copied into a small tree with pretended JDKs and a pretended Maven.
class LaunchersTest {
    private static final Path SOURCE = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path place;

    private Path tree;
    private Path jdk;

    @BeforeEach
    void plant() throws IOException {
        tree = Files.createDirectories(place.resolve("a tree"));
        Files.createDirectories(tree.resolve(".mvn"));
        for (var name : List.of("heddle", "build", ".mvn/jdk.sh")) {
            Files.copy(SOURCE.resolve(name), tree.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.writeString(tree.resolve("pom.xml"), "<project/>");
        script(tree.resolve("mvnw"), """
                echo "$JAVA_HOME $*" >> "$PWD/maven.calls"
                echo '[INFO] Building Heddle model 0.1.0-SNAPSHOT          [1/2]'
                mkdir -p cli/target/heddle/lib && : > cli/target/heddle/lib/one.jar
                """);
        jdk = jdk("jdk-25", "25.0.1");
    }

    @Test
    void without_a_new_enough_jdk_one_line_says_what_to_install() throws Exception {
        var old = jdk("jdk-17", "17.0.15");
        for (var name : List.of("heddle", "build")) {
            var result =
                    run(Map.of("JAVA_HOME", old.toString()), tree.resolve(name).toString(), "verify");
            assertThat(result.code()).as(name).isEqualTo(1);
            assertThat(result.err().lines()).as(name).hasSize(1);
            assertThat(result.err()).contains("needs a JDK 25", "found: 17", "Temurin 25");
        }
    }

    @Test
    void a_jdk_is_found_by_either_variable_and_by_directory_even_beside_an_older_one() throws Exception {
        var old = jdk("jdk-17", "17.0.15");
        for (var environment : List.of(
                Map.of("JAVA_HOME", jdk.toString()),
                Map.of("JAVA_HOME", old.toString(), "JDK25_HOME", jdk.toString()),
                Map.of("JAVA_HOME", old.toString(), "HEDDLE_JDK_DIRS", old + " " + jdk))) {
            var result = run(environment, tree.resolve("build").toString(), "verify", "-Dx=y z");
            assertThat(result.code()).as(result.err()).isZero();
        }
        assertThat(Files.readAllLines(tree.resolve("maven.calls")))
                .hasSize(3)
                .allMatch(line -> line.equals(jdk + " verify -Dx=y z"));
    }

    @Test
    void the_first_use_builds_the_second_does_not_and_a_changed_source_builds_again() throws Exception {
        var environment = Map.of("JAVA_HOME", jdk.toString());
        var first = run(environment, tree.resolve("heddle").toString(), "get", "all");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).contains("building Heddle on first use", "built in");
        assertThat(first.out()).contains("io.heddle.cli.Heddle get all").contains("lib/one.jar");
        assertThat(run(environment, tree.resolve("heddle").toString(), "version")
                        .err())
                .isEmpty();
        var source = Files.createDirectories(tree.resolve("cli/src/main/java")).resolve("A.java");
        Files.writeString(source, "class A {}");
        Files.setLastModifiedTime(
                source,
                java.nio.file.attribute.FileTime.from(java.time.Instant.now().plusSeconds(5)));
        assertThat(run(environment, tree.resolve("heddle").toString(), "version")
                        .err())
                .contains("built in");
        assertThat(Files.readAllLines(tree.resolve("maven.calls"))).hasSize(2);
    }

    @Test
    void a_sidecar_goes_without_what_only_a_control_plane_uses() throws Exception {
        script(tree.resolve("mvnw"), """
                mkdir -p cli/target/heddle/lib && cd cli/target/heddle/lib
                : > io.grpc.grpc-core-1.jar && : > org.bouncycastle.bcprov-1.jar && : > io.heddle.heddle-proxy-1.jar
                """);
        var environment = Map.of("JAVA_HOME", jdk.toString());
        for (var sidecar : List.of("proxy", "run")) {
            assertThat(run(environment, tree.resolve("heddle").toString(), sidecar)
                            .out())
                    .contains("lib/io.heddle.heddle-proxy-1.jar")
                    .doesNotContain("io.grpc", "org.bouncycastle");
        }
        assertThat(run(environment, tree.resolve("heddle").toString(), "control")
                        .out())
                .contains("lib/io.grpc.grpc-core-1.jar", "lib/org.bouncycastle.bcprov-1.jar");
    }

    @Test
    void two_first_uses_at_once_build_once() throws Exception {
        script(tree.resolve("mvnw"), """
                echo "$*" >> "$PWD/maven.calls"
                sleep 1
                mkdir -p cli/target/heddle/lib && : > cli/target/heddle/lib/one.jar
                """);
        var environment = Map.of("JAVA_HOME", jdk.toString());
        var one = start(environment, tree.resolve("heddle").toString(), "version");
        var two = start(environment, tree.resolve("heddle").toString(), "version");
        assertThat(finish(one).code()).isZero();
        assertThat(finish(two).code()).isZero();
        assertThat(Files.readAllLines(tree.resolve("maven.calls"))).hasSize(1);
    }

    @Test
    void a_build_that_is_interrupted_says_so_and_leaves_no_maven_behind() throws Exception {
        script(tree.resolve("mvnw"), "echo $$ > maven.pid; mv maven.pid maven.runs; exec sleep 600");
        var launcher = start(
                Map.of("JAVA_HOME", jdk.toString()), tree.resolve("heddle").toString(), "version");
        var running = tree.resolve("maven.runs");
        while (!Files.exists(running)) {
            Thread.onSpinWait();
        }
        long maven = Long.parseLong(Files.readString(running).strip());
        launcher.toHandle().destroy();
        var result = finish(launcher);
        assertThat(result.code()).isEqualTo(130);
        assertThat(result.err()).contains("heddle: build interrupted");
        assertThat(ProcessHandle.of(maven)).isEmpty();
    }

    @Test
    void a_failed_build_shows_its_errors_and_where_the_log_is() throws Exception {
        script(tree.resolve("mvnw"), "echo '[ERROR] broken thing'; exit 1");
        var result =
                run(Map.of("JAVA_HOME", jdk.toString()), tree.resolve("heddle").toString(), "version");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("[ERROR] broken thing", "the build failed", "build.log");
    }

    @Test
    void it_works_through_a_symbolic_link_from_elsewhere_and_picks_flags_by_command() throws Exception {
        var link = Files.createSymbolicLink(place.resolve("mesh"), tree.resolve("heddle"));
        var environment = Map.of("JAVA_HOME", jdk.toString());
        var result = run(environment, link.toString(), "run", "--service", "a.b", "--", "x y");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("-Xms8m", "-XX:+UseSerialGC", "io.heddle.cli.Heddle run --service a.b -- x y");
        assertThat(run(environment, link.toString(), "control").out()).contains("-Xms16m");
    }

    @Test
    void the_distributions_own_runtime_is_used_where_there_is_one_without_any_jdk() throws Exception {
        var home = distribution();
        script(home.resolve("runtime/bin/java"), "echo \"runtime: $@\"");
        var result = run(NO_BUILD, tree.resolve("heddle").toString(), "version");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).startsWith("runtime: ").contains("io.heddle.cli.Heddle version");
    }

    @Test
    void without_its_own_runtime_a_distribution_runs_in_a_jdk() throws Exception {
        distribution();
        var result = run(
                Map.of("HEDDLE_NO_BUILD", "1", "JAVA_HOME", jdk.toString()),
                tree.resolve("heddle").toString(),
                "version");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).startsWith("-").contains("io.heddle.cli.Heddle version");
        assertThat(run(NO_BUILD, tree.resolve("heddle").toString(), "version").err())
                .contains("needs a JDK 25");
    }

    @Test
    void a_command_takes_its_own_cache_unless_a_jar_is_newer() throws Exception {
        var home = distribution();
        script(home.resolve("runtime/bin/java"), "echo \"$@\"");
        Files.createDirectories(home.resolve("aot"));
        for (var name : List.of("proxy", "run", "control", "command")) {
            Files.createFile(home.resolve("aot").resolve(name + ".aot"));
        }
        var launcher = tree.resolve("heddle").toString();
        for (var command : Map.of("proxy", "proxy", "run", "run", "control", "control", "get", "command")
                .entrySet()) {
            assertThat(run(NO_BUILD, launcher, command.getKey()).out())
                    .contains("-XX:AOTCache=" + home.resolve("aot").resolve(command.getValue() + ".aot"));
        }
        Files.setLastModifiedTime(
                home.resolve("lib/one.jar"),
                java.nio.file.attribute.FileTime.from(java.time.Instant.now().plusSeconds(5)));
        assertThat(run(NO_BUILD, launcher, "proxy").out()).doesNotContain("AOTCache");
    }

    @Test
    void a_heap_may_have_a_quarter_of_the_memory_there_is_and_512_megabytes_at_most() throws Exception {
        var home = distribution();
        script(home.resolve("runtime/bin/java"), "echo \"$@\"");
        var out = run(NO_BUILD, tree.resolve("heddle").toString(), "proxy").out();
        var heap = Pattern.compile("-Xmx([0-9]+)m ").matcher(out);
        assertThat(heap.find()).as(out).isTrue();
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long quarter = system.getTotalMemorySize() / 4 / 1024 / 1024; // of the control group, where it has less
        assertThat(Long.parseLong(heap.group(1))).isEqualTo(Math.clamp(quarter, 16, 512));
    }

    @Test
    void the_users_options_of_the_virtual_machine_come_after_its_own() throws Exception {
        var home = distribution();
        script(home.resolve("runtime/bin/java"), "echo \"$@\"");
        var own = Map.of("HEDDLE_NO_BUILD", "1", "HEDDLE_JAVA_OPTS", "-Xmx1g -Xss1m");
        for (var command : List.of("proxy", "control", "get")) {
            assertThat(run(own, tree.resolve("heddle").toString(), command).out())
                    .containsPattern("-Xmx[0-9]+m .*-cp .* -Xmx1g -Xss1m io.heddle.cli.Heddle " + command);
        }
        assertThat(run(own, tree.resolve("heddle").toString(), "run").out()).containsPattern("-Xss512k .*-Xss1m");
    }

    @Test
    void the_small_profile_is_for_sidecars_and_no_other_profile_exists() throws Exception {
        var home = distribution();
        script(home.resolve("runtime/bin/java"), "echo \"$@\"");
        var launcher = tree.resolve("heddle").toString();
        assertThat(run(Map.of("HEDDLE_NO_BUILD", "1", "HEDDLE_PROFILE", "small"), launcher, "proxy")
                        .out())
                .contains("-XX:TieredStopAtLevel=1");
        assertThat(run(NO_BUILD, launcher, "proxy").out()).doesNotContain("TieredStopAtLevel");
        var wrong = run(Map.of("HEDDLE_NO_BUILD", "1", "HEDDLE_PROFILE", "tiny"), launcher, "proxy");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("'tiny'", "'small'");
    }

    @Test
    void the_jdks_tls_is_taken_when_it_is_asked_for_and_lets_no_client_renegotiate() throws Exception {
        var home = distribution();
        script(home.resolve("runtime/bin/java"), "echo \"$@\"");
        var launcher = tree.resolve("heddle").toString();
        assertThat(run(Map.of("HEDDLE_NO_BUILD", "1", "HEDDLE_TLS", "jdk"), launcher, "proxy")
                        .out())
                .contains(" -Dio.netty.handler.ssl.noOpenSsl=true ", "rejectClientInitiatedRenegotiation=true ");
        assertThat(run(NO_BUILD, launcher, "proxy").out())
                .doesNotContain("noOpenSsl")
                .contains(" -Djdk.tls.rejectClientInitiatedRenegotiation=true ");
        var wrong = run(Map.of("HEDDLE_NO_BUILD", "1", "HEDDLE_TLS", "none"), launcher, "proxy");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("'none'", "'jdk'");
    }

    @Test
    void nobody_looks_for_a_hardware_address() throws Exception {
        var home = distribution();
        script(home.resolve("runtime/bin/java"), "echo \"$@\"");
        for (var command : List.of("proxy", "run", "control")) {
            assertThat(run(NO_BUILD, tree.resolve("heddle").toString(), command).out())
                    .contains("-Dio.netty.machineId=00:00:00:00:00:01 ");
        }
    }

    @Test
    void options_for_every_java_reach_applications_and_no_java_of_our_own() throws Exception {
        var telling = "echo \"$* tool=[${JAVA_TOOL_OPTIONS-}] jdk=[${JDK_JAVA_OPTIONS-}] old=[${_JAVA_OPTIONS-}]"
                + " kept=[${HEDDLE_APPLICATION_JAVA_TOOL_OPTIONS-}] [${HEDDLE_APPLICATION_JDK_JAVA_OPTIONS-}]"
                + " [${HEDDLE_APPLICATION__JAVA_OPTIONS-}]\"";
        script(jdk.resolve("bin/java"), telling);
        var environment = Map.of(
                "JAVA_HOME", jdk.toString(),
                "JAVA_TOOL_OPTIONS", "-XX:+UseG1GC -Da=b",
                "JDK_JAVA_OPTIONS", "-Dc=d",
                "_JAVA_OPTIONS", "-De=f");
        var result = run(environment, tree.resolve("heddle").toString(), "version");
        var nothingButKept = "tool=[] jdk=[] old=[] kept=[-XX:+UseG1GC -Da=b] [-Dc=d] [-De=f]";
        assertThat(result.out()).contains("io.heddle.cli.Heddle version " + nothingButKept);
        assertThat(tree.resolve("cli/target/build.log"))
                .content()
                .containsPattern("Training .*" + java.util.regex.Pattern.quote(nothingButKept));
        assertThat(run(
                                Map.of("JAVA_HOME", jdk.toString()),
                                tree.resolve("heddle").toString(),
                                "version")
                        .out())
                .contains("tool=[] jdk=[] old=[] kept=[] [] []");
    }

    @Test
    void a_failed_training_is_a_note_and_no_error() throws Exception {
        script(jdk.resolve("bin/java"), "case \"$*\" in *Training*) echo 'not done'; exit 1 ;; esac; echo \"$@\"");
        var result =
                run(Map.of("JAVA_HOME", jdk.toString()), tree.resolve("heddle").toString(), "version");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.err()).contains("runs without its own runtime or caches");
        assertThat(result.out()).contains("io.heddle.cli.Heddle version");
    }

    private static final Map<String, String> NO_BUILD = Map.of("HEDDLE_NO_BUILD", "1");

    /// What a build leaves, without a runtime and caches.
    private Path distribution() throws IOException {
        var home = tree.resolve("cli/target/heddle");
        Files.createDirectories(home.resolve("lib"));
        Files.createDirectories(home.resolve("runtime/bin"));
        Files.createFile(home.resolve("lib/one.jar"));
        return home;
    }

    private Path jdk(String name, String version) throws IOException {
        var home = Files.createDirectories(place.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(home.resolve("bin/java"), "echo \"$@\"");
        script(home.resolve("bin/javac"), ":");
        return home;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Result(int code, String out, String err) {}

    private Process start(Map<String, String> environment, String... command) throws IOException {
        var builder = new ProcessBuilder(command).directory(place.toFile());
        var variables = new HashMap<>(Map.of("HEDDLE_JDK_DIRS", "", "HOME", place.toString(), "PATH", "/usr/bin:/bin"));
        variables.putAll(environment);
        builder.environment().clear();
        builder.environment().putAll(variables);
        return builder.start();
    }

    private static Result finish(Process process) throws Exception {
        var err = new String[1];
        var reader = Thread.ofVirtual().start(() -> {
            try {
                err[0] = new String(process.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            } catch (IOException e) {
                err[0] = e.toString();
            }
        });
        var out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        reader.join();
        return new Result(process.exitValue(), out, err[0]);
    }

    private Result run(Map<String, String> environment, String... command) throws Exception {
        return finish(start(environment, command));
    }
}
