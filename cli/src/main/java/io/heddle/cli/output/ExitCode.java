package io.heddle.cli.output;

/// What a command's end means to a script.
public enum ExitCode {
    /// Everything was done.
    OK(0),
    /// Something went wrong that has no code of its own.
    FAILURE(1),
    /// The command line itself is wrong.
    USAGE(2),
    /// The configuration was refused; nothing was changed.
    REFUSED(3),
    /// A named object does not exist.
    NOT_FOUND(4),
    /// The control plane did not answer.
    UNREACHABLE(5),
    /// The control plane did not accept the token.
    DENIED(6),
    /// The wait ended before what was waited for.
    TIMEOUT(7),
    /// The command to run does not exist, as shells tell it.
    NO_COMMAND(127);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /// The process exit code.
    public int number() {
        return number;
    }
}
