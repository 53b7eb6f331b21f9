package io.heddle.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs that were confined, on the kernel at hand.
class ConfinementTest {
    private static final int SIGSYS = 31;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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

    /// Ways to a TCP connection that Landlock does not see; the errors are by name, as Python tells them.
    private static final String WAYS_ROUND = """
            import ctypes, errno, sys
            from socket import *
            library = ctypes.CDLL(None, use_errno=True)
            there = ('127.0.0.1', int(sys.argv[1]))

            def tell(name, way):
                try:
                    way()
                    print(name, 'works')
                except OSError as e:
                    print(name, errno.errorcode[e.errno])

            def system_call(*words):
                if library.syscall(*[ctypes.c_long(word) for word in words]) < 0:
                    raise OSError(ctypes.get_errno(), '')

            def multiple_messages(flags):
                class Vector(ctypes.Structure):
                    _fields_ = [('base', ctypes.c_char_p), ('length', ctypes.c_size_t)]
                class Message(ctypes.Structure):
                    _fields_ = [('name', ctypes.c_char_p), ('name_length', ctypes.c_uint32),
                                ('vectors', ctypes.POINTER(Vector)), ('count', ctypes.c_size_t),
                                ('control', ctypes.c_void_p), ('control_length', ctypes.c_size_t),
                                ('flags', ctypes.c_int), ('sent', ctypes.c_uint)]
                address = (2).to_bytes(2, sys.byteorder) + there[1].to_bytes(2, 'big') + bytes([127, 0, 0, 1] + 8 * [0])
                message = Message(address, 16, ctypes.pointer(Vector(b'x', 1)), 1, None, 0, 0, 0)
                client = socket()
                if library.sendmmsg(client.fileno(), ctypes.byref(message), 1, flags) < 0:
                    raise OSError(ctypes.get_errno(), '')

            def fast_open_by_option():
                with socket() as client:
                    client.setsockopt(IPPROTO_TCP, 30, 1)
                    client.connect(there)

            FAST_OPEN = 0x20000000
            tell('tcp', lambda: socket().connect(there))
            tell('mptcp', lambda: socket(AF_INET, SOCK_STREAM, 262).connect(there))
            tell('mptcp6', lambda: socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 262))
            tell('sctp', lambda: socket(AF_INET, SOCK_STREAM, 132))
            tell('sctp-packets', lambda: socket(AF_INET, SOCK_SEQPACKET, 132))
            tell('dccp', lambda: socket(AF_INET, 6, 33))
            tell('smc', lambda: socket(43, SOCK_STREAM, 0))
            tell('rds', lambda: socket(21, SOCK_SEQPACKET, 0))
            tell('sendto', lambda: socket().sendto(b'x', FAST_OPEN, there))
            tell('sendmsg', lambda: socket().sendmsg([b'x'], [], FAST_OPEN, there))
            tell('sendmmsg', lambda: multiple_messages(FAST_OPEN))
            tell('fast-open-by-option', fast_open_by_option)
            tell('upper-layer', lambda: socket().setsockopt(IPPROTO_TCP, 31, b'smc'))
            tell('io_uring', lambda: system_call(425, 1, 0))
            tell('x32', lambda: system_call(0x40000000 | 41, 2, 1, 262))
            print('allowed:')
            tell('tcp-socket', lambda: socket(AF_INET, SOCK_STREAM, 6))
            tell('udp', lambda: socket(AF_INET, SOCK_DGRAM).sendto(b'x', there))
            tell('unix', lambda: socketpair(AF_UNIX, SOCK_SEQPACKET))
            tell('no-delay', lambda: socket().setsockopt(IPPROTO_TCP, TCP_NODELAY, 1))
            """;

    @Test
    void no_other_way_to_a_tcp_connection_is_left_to_a_confined_program() throws Exception {
        demandPython();
        try (var sidecar = listener();
                var other = listener()) {
            var ways = List.of("python3", "-c", WAYS_ROUND, Integer.toString(other.getLocalPort()));
            var answer = run(sidecar.getLocalPort(), ways);
            assertThat(answer.exitCode()).as(answer.text()).isZero();
            assertThat(answer.text().lines().takeWhile(line -> !line.equals("allowed:")))
                    .hasSize(15)
                    .allMatch(line -> line.endsWith(" EACCES"));
            assertThat(answer.text().lines().dropWhile(line -> !line.equals("allowed:")))
                    .containsExactly("allowed:", "tcp-socket works", "udp works", "unix works", "no-delay works");
            other.setSoTimeout(1);
            assertThatThrownBy(other::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    /// Its calls have numbers that the filter would take for others.
    @Test
    void a_confined_program_that_calls_as_32_bit_programs_do_is_ended() throws Exception {
        demandPython();
        var call = List.of("python3", "-c", """
                import ctypes, mmap
                code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
                code.write(bytes.fromhex('53b814000000cd805bc3')) # getpid by int 0x80
                address = ctypes.addressof(ctypes.c_char.from_buffer(code))
                print(ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0)
                """);
        assumeThat(System.getProperty("os.arch"))
                .as("SKIPPED: 32-bit calls are tried on x86-64 only")
                .isEqualTo("amd64");
        assumeThat(start(call).exitCode())
                .as("SKIPPED: this kernel takes no 32-bit calls (CONFIG_IA32_EMULATION)")
                .isZero();
        assertThat(run(15_001, call).exitCode()).isEqualTo(128 + SIGSYS);
    }

    @Test
    void a_confined_program_ends_when_the_process_that_started_it_is_killed() throws Exception {
        var starter = starter(Map.of());
        try {
            var application =
                    ProcessHandle.of(Long.parseLong(told(starter).getFirst())).orElseThrow();
            starter.destroyForcibly();
            try {
                application.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } finally {
                application.destroyForcibly();
            }
        } finally {
            end(starter);
        }
    }

    /// Two garbage collectors would stop the virtual machine that confines.
    @Test
    void options_for_every_java_reach_the_confined_program_and_not_the_one_that_confines_it() throws Exception {
        var starter = starter(Map.of("HEDDLE_APPLICATION_JAVA_TOOL_OPTIONS", "-XX:+UseG1GC -Da=b"));
        try {
            assertThat(told(starter))
                    .contains("JAVA_TOOL_OPTIONS=-XX:+UseG1GC -Da=b")
                    .noneMatch(line -> line.startsWith("HEDDLE"));
        } finally {
            end(starter);
        }
    }

    private Process starter(Map<String, String> variables) throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ConfinedStarter.class.getName(),
                        place.resolve("told").toString())
                .inheritIO();
        builder.environment().putAll(variables);
        return builder.start();
    }

    /// What the started program told: the number of its process, then its variables for Java.
    private List<String> told(Process starter) throws IOException {
        var told = place.resolve("told");
        await().atMost(PATIENCE).until(() -> Files.exists(told) || !starter.isAlive());
        return Files.readAllLines(told);
    }

    private static void end(Process starter) {
        starter.descendants().forEach(ProcessHandle::destroyForcibly);
        starter.destroyForcibly();
    }

    @Test
    void a_program_whose_starter_is_gone_already_is_not_started() throws Exception {
        var words = new ArrayList<>(Confinement.prefix(15_001));
        words.set(words.size() - 1, "1");
        words.addAll(List.of("touch", place.resolve("ran").toString()));
        var answer = start(words);
        assertThat(answer.exitCode()).isNotZero();
        assertThat(answer.text()).contains("the sidecar that started this application is gone");
        assertThat(place.resolve("ran")).doesNotExist();
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

    private static void demandPython() {
        assumeThat(Stream.of(System.getenv("PATH").split(":")))
                .as("SKIPPED: there is no python3 to try ways round a confinement with")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
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
        return start(whole);
    }

    private Answer start(List<String> whole) throws IOException, InterruptedException {
        var out = Files.createTempFile(place, "confined", ".out");
        var builder = new ProcessBuilder(whole).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().put("PLACE", "here");
        int code = builder.start().waitFor();
        return new Answer(code, Files.readString(out, StandardCharsets.UTF_8));
    }
}
