package io.heddle.cli.sidecar;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The calls into the C library, and through it into the kernel, that Java has no methods for.
///
/// What they change is often of the calling thread only; see each.
final class Kernel {
    private Kernel() {}

    /// A system call that the C library has no function for. The kernel takes machine words, and an address
    /// is one.
    ///
    /// @return its result; -1 when it fails
    static long call(long number, long first, long second, long third) {
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

    /// `prctl`: changes something of the calling thread.
    ///
    /// @return whether the kernel did it
    static boolean control(int option, long first, long second) {
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
        return result(() -> (int) control.invokeExact(option, first, second, 0L, 0L)) == 0;
    }

    /// The process that started this one, or the one that took its place when it ended.
    static long parent() {
        var parent = function("getppid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
        return result(() -> (int) parent.invokeExact());
    }

    /// Gives a variable of this process's environment another name, byte for byte; one that is not set
    /// stays so.
    ///
    /// Programs that this process becomes see it, not Java's own copy of the environment.
    static void renameVariable(String from, String to) {
        var get = function("getenv", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        var set = function(
                "setenv",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        var remove = function("unsetenv", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        try (var memory = Arena.ofConfined()) {
            var before = memory.allocateFrom(from);
            var after = memory.allocateFrom(to);
            result(() -> {
                var value = (MemorySegment) get.invokeExact(before);
                if (value.equals(MemorySegment.NULL)) {
                    return 0;
                }
                int failed = (int) set.invokeExact(after, value, 1);
                return failed == 0 ? (int) remove.invokeExact(before) : failed;
            });
        }
    }

    /// `execvp`: makes this process the program, with the state of the calling thread; returns only when
    /// that fails.
    ///
    /// @param name the program, looked for in `PATH`
    /// @param words the addresses of its words, and a null
    static void execute(MemorySegment name, MemorySegment words) {
        var execute = function(
                "execvp", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        result(() -> (int) execute.invokeExact(name, words));
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
