package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A program that takes from itself the right to open TCP connections to any port but one, and then becomes another
/// program, which can never get the right back; nor can what that one starts.
///
/// The kernel holds it, with Landlock (Linux 6.7, `LANDLOCK_ACCESS_NET_CONNECT_TCP`): no root, no rules to install, and
/// nothing to remove at the end. It is a process of its own because a confinement is of the thread that asks for it and
/// of all threads and processes that thread starts: no thread of a sidecar could ask without confining others.
/// What is taken is the right to connect. Listening, UDP and connections that come in are as before; as the kernel
/// asks,
/// the right to gain privileges by a setuid program goes too (`PR_SET_NO_NEW_PRIVS`).
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

    private Confinement() {}

    /// Runs a command confined: the port, then the command's words. Replaces this process.
    public static void main(String[] arguments) {
        if (arguments.length < 2 || !arguments[0].matches("[1-9][0-9]{0,4}")) {
            fail("needs a port and a command", "this is the inner side of 'heddle run --confine'");
        } else if (!possible()) {
            fail(
                    "this kernel cannot confine an application's TCP connections",
                    "use Linux 6.7 or newer with Landlock, or leave --confine out");
        } else if (!confined(Integer.parseInt(arguments[0]))) {
            fail("the kernel refused to confine the application", "leave --confine out to run it all the same");
        } else {
            become(Arrays.asList(arguments).subList(1, arguments.length));
            fail("cannot start '" + arguments[1] + "'", "check the command after --");
            System.exit(ExitCode.NO_COMMAND.number());
        }
        System.exit(ExitCode.FAILURE.number());
    }

    /// Whether this system's kernel can confine TCP connections.
    public static boolean possible() {
        return System.getProperty("os.name").equals("Linux")
                && call(CREATE_RULESET, 0, 0, ASK_VERSION) >= FIRST_WITH_TCP;
    }

    /// The words before a command that make it a confined one.
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
                Integer.toString(port));
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
            long rules = call(CREATE_RULESET, attributes.address(), attributes.byteSize(), 0);
            var rule = memory.allocate(16, 8); // allowed_access, port
            rule.set(ValueLayout.JAVA_LONG, 0, CONNECT_TCP);
            rule.set(ValueLayout.JAVA_LONG, 8, port);
            return rules >= 0
                    && call(ADD_RULE, rules, RULE_NET_PORT, rule.address()) == 0
                    && call(CLOSE_RANGE, FIRST_NOT_STANDARD, LAST, CLOSE_ON_EXEC) == 0
                    && gainsNoPrivileges()
                    && call(RESTRICT_SELF, rules, 0, 0) == 0;
        }
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
            var execute = function(
                    "execvp", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            result(() -> (int) execute.invokeExact(words.getFirst(), table));
        }
    }

    private static boolean gainsNoPrivileges() {
        var control = function(
                "prctl",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        return result(() -> (int) control.invokeExact(NO_NEW_PRIVILEGES, 1L, 0L, 0L, 0L)) == 0;
    }

    /// A system call. The kernel takes machine words, and an address is one of them.
    private static long call(long number, long first, long second, long third) {
        var system = function(
                "syscall",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        return result(() -> (long) system.invokeExact(number, first, second, third, 0L));
    }

    @SuppressWarnings("restricted") // the shapes are those of the C library
    private static MethodHandle function(String name, FunctionDescriptor shape, Linker.Option... options) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, options);
    }

    /// A call that has no exceptions of its own.
    @FunctionalInterface
    private interface NativeCall {
        long make() throws Throwable;
    }

    private static long result(NativeCall call) {
        try {
            return call.make();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a native call threw", e);
        }
    }
}
