package io.heddle.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs that were confined, on the kernel at hand.
class ConfinementTest {
    @TempDir
    private Path place;

    @BeforeEach
    void demand_a_kernel_that_can() {
        assumeThat(Confinement.possible())
                .as("SKIPPED: this kernel cannot confine TCP connections; Linux 6.7 with Landlock can")
                .isTrue();
    }

    @Test
    void a_confined_program_reaches_its_one_port_and_no_other() throws Exception {
        try (var sidecar = listener();
                var other = listener()) {
            assertThat(run(sidecar.getLocalPort(), connect(sidecar)).exitCode()).isZero();
            assertThat(run(other.getLocalPort(), connect(other)).exitCode()).isZero();
            var refused = run(sidecar.getLocalPort(), connect(other));
            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.text()).contains("Permission denied");
        }
    }

    @Test
    void what_a_confined_program_starts_is_confined_too() throws Exception {
        try (var sidecar = listener();
                var other = listener()) {
            var nested = List.of("sh", "-c", "bash -c 'exec 3<>/dev/tcp/127.0.0.1/" + other.getLocalPort() + "'");
            assertThat(run(sidecar.getLocalPort(), nested).text()).contains("Permission denied");
        }
    }

    @Test
    void a_confined_program_has_the_words_environment_and_signals_it_was_given() throws Exception {
        var words =
                List.of("sh", "-c", "echo \"[$1]\" $PLACE; grep -E 'SigBlk|NoNewPrivs' /proc/self/status", "sh", "a b");
        var answer = run(15_001, words);
        assertThat(answer.text())
                .contains("[a b] here")
                .containsPattern("NoNewPrivs:\\s+1")
                .containsPattern("SigBlk:\\s+0000000000000000");
        assertThat(answer.exitCode()).isZero();
    }

    @Test
    void a_confined_program_inherits_no_open_file_but_the_standard_ones() throws Exception {
        // The shell's own listing of its directory is the fourth.
        assertThat(run(15_001, List.of("sh", "-c", "ls /proc/$$/fd")).text().lines())
                .containsExactly("0", "1", "2");
    }

    @Test
    void a_command_that_does_not_exist_is_named() throws Exception {
        var answer = run(15_001, List.of("/no/such/program"));
        assertThat(answer.exitCode()).isEqualTo(127);
        assertThat(answer.text()).contains("cannot start '/no/such/program'");
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 8, InetAddress.ofLiteral("127.0.0.1"));
    }

    private static List<String> connect(ServerSocket to) {
        return List.of("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + to.getLocalPort());
    }

    private record Answer(int exitCode, String text) {}

    private Answer run(int port, List<String> command) throws IOException, InterruptedException {
        var whole = new ArrayList<>(Confinement.prefix(port));
        whole.addAll(command);
        var out = Files.createTempFile(place, "confined", ".out");
        var builder = new ProcessBuilder(whole).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().put("PLACE", "here");
        int code = builder.start().waitFor();
        return new Answer(code, Files.readString(out, StandardCharsets.UTF_8));
    }
}
