package io.heddle.cli.output;

/// The end of this process: what is done then, and the exit code.
///
/// A Java virtual machine that a signal ends has the exit code 128 and the signal's number. A command that
/// goes on until it is told to end has done all it should when that comes, so it ends with 0, as Envoy does.
/// Told once more it goes on ending; only SIGKILL is quicker.
// The process has one end, whoever begins it.
@SuppressWarnings("NonFinalStaticField")
public final class ProcessEnd {
    private static volatile boolean own;

    private ProcessEnd() {}

    /// Ends this process with an exit code, when what is to be done at its end is done. Does not return.
    public static void exit(int code) {
        own = true;
        System.exit(code);
    }

    /// Runs `close` when this process ends, whoever ends it. Once it is done, the exit code is 0 where a
    /// signal has ended it, and otherwise that of [#exit].
    public static void closing(Runnable close) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(close), "stop"));
    }

    private static void close(Runnable close) {
        boolean told = !own;
        close.run();
        if (told) {
            System.out.flush();
            System.err.flush();
            Runtime.getRuntime().halt(ExitCode.OK.number());
        }
    }
}
