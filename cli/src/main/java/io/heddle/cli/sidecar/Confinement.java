package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A program that takes from itself the right to open TCP connections to any port but one, and then becomes
/// another program, which can never get the right back; nor can what that one starts.
///
/// The kernel holds it, with Landlock (Linux 6.7, `LANDLOCK_ACCESS_NET_CONNECT_TCP`) and a [SocketFilter]
/// for the ways round it: no root, no rules to install, and nothing to remove at the end. It is a process
/// of its own because a confinement is of the thread that asks for it and of all threads and processes that
/// thread starts: no thread of a sidecar could ask without confining others. What is taken is the right to
/// connect. Listening, UDP and connections that come in are as before; as the kernel asks, the right to
/// gain privileges by a setuid program goes too (`PR_SET_NO_NEW_PRIVS`). Privileges that the program has
/// already stay: root can write raw packets, and change the rules of the packet filter.
public final class Confinement {
    // System calls that are too young for the C library; their numbers are the same on every processor.
    private static final long CLOSE_RANGE = 436;
    private static final long CREATE_RULESET = 444;
    private static final long ADD_RULE = 445;
    private static final long RESTRICT_SELF = 446;

    // Their arguments, from linux/landlock.h, linux/close_range.h and linux/prctl.h.
    private static final long ASK_VERSION = 1;
    private static final long FIRST_WITH_TCP = 4;
    private static final long RULE_NET_PORT = 2;
    private static final long CONNECT_TCP = 1 << 1;
    private static final long CLOSE_ON_EXEC = 4;
    private static final long FIRST_NOT_STANDARD = 3;
    private static final long LAST = 0xffff_ffffL;
    private static final int NO_NEW_PRIVILEGES = 38;
    private static final int PARENT_DEATH_SIGNAL = 1;
    private static final int SIGTERM = 15;

    private Confinement() {}

    /// Runs a command confined: the port, the process that starts it, then the command's words. Replaces
    /// this process.
    public static void main(String[] arguments) {
        if (arguments.length < 3
                || !arguments[0].matches("[1-9][0-9]{0,4}")
                || !arguments[1].matches("[1-9][0-9]{0,9}")) {
            fail("needs a port, a parent and a command", "this is the inner side of 'heddle run --confine'");
        } else if (!possible()) {
            fail(
                    "this kernel cannot confine an application's TCP connections",
                    "use Linux 6.7 or newer with Landlock on x86-64 or ARM64, or leave --confine out");
        } else if (!confined(Integer.parseInt(arguments[0]))) {
            fail("the kernel refused to confine the application", "leave --confine out to run it all the same");
        } else if (!endsWith(Long.parseLong(arguments[1]))) {
            fail("the sidecar that started this application is gone", "start both again");
        } else {
            become(Arrays.asList(arguments).subList(2, arguments.length));
            fail("cannot start '" + arguments[2] + "'", "check the command after --");
            System.exit(ExitCode.NO_COMMAND.number());
        }
        System.exit(ExitCode.FAILURE.number());
    }

    /// Whether this system's kernel can confine TCP connections.
    public static boolean possible() {
        return System.getProperty("os.name").equals("Linux")
                && Kernel.call(CREATE_RULESET, 0, 0, ASK_VERSION) >= FIRST_WITH_TCP
                && SocketFilter.ofSystem().isPresent();
    }

    /// The words before a command that make it a confined one, which ends with this process.
    ///
    /// @param port the one port that it may open TCP connections to
    static List<String> prefix(int port) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xrs", // or the command would start with signals blocked
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx16m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                ownJar().toString(),
                Confinement.class.getName(),
                Integer.toString(port),
                Long.toString(ProcessHandle.current().pid()));
    }

    /// Whether a command begins with such words.
    static boolean confines(List<String> command) {
        int last = prefix(1).size() - 3;
        return command.size() > last && command.get(last).equals(Confinement.class.getName());
    }

    private static Path ownJar() {
        try {
            return Path.of(Confinement.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("this program's jar has no path", e);
        }
    }

    private static void fail(String reason, String remedy) {
        System.err.println("error: " + reason + "\n  try: " + remedy);
    }

    private static boolean confined(int port) {
        try (var memory = Arena.ofConfined()) {
            var attributes = memory.allocate(16, 8); // handled_access_fs, handled_access_net
            attributes.set(ValueLayout.JAVA_LONG, 8, CONNECT_TCP);
            long rules = Kernel.call(CREATE_RULESET, attributes.address(), attributes.byteSize(), 0);
            var rule = memory.allocate(16, 8); // allowed_access, port
            rule.set(ValueLayout.JAVA_LONG, 0, CONNECT_TCP);
            rule.set(ValueLayout.JAVA_LONG, 8, port);
            return rules >= 0
                    && Kernel.call(ADD_RULE, rules, RULE_NET_PORT, rule.address()) == 0
                    && Kernel.call(CLOSE_RANGE, FIRST_NOT_STANDARD, LAST, CLOSE_ON_EXEC) == 0
                    && Kernel.control(NO_NEW_PRIVILEGES, 1, 0)
                    && SocketFilter.ofSystem().orElseThrow().install()
                    && Kernel.call(RESTRICT_SELF, rules, 0, 0) == 0;
        }
    }

    /// Asks for SIGTERM when the parent ends. The wish is of this thread, whose state the command gets:
    /// what a program before this one asked for, on the first thread, would be lost.
    ///
    /// @return whether the parent is there still
    private static boolean endsWith(long parent) {
        return Kernel.control(PARENT_DEATH_SIGNAL, SIGTERM, 0) && Kernel.parent() == parent;
    }

    /// Becomes the command; returns only when that fails.
    private static void become(List<String> command) {
        try (var memory = Arena.ofConfined()) {
            var words = new ArrayList<MemorySegment>();
            command.forEach(word -> words.add(memory.allocateFrom(word)));
            words.add(MemorySegment.NULL);
            var table = memory.allocate(ValueLayout.ADDRESS, words.size());
            for (int i = 0; i < words.size(); i++) {
                table.setAtIndex(ValueLayout.ADDRESS, i, words.get(i));
            }
            JavaOptions.names().forEach((kept, name) -> Kernel.renameVariable(kept, name));
            Kernel.execute(words.getFirst(), table);
        }
    }
}
