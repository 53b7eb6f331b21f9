package io.heddle.cli.output;

import picocli.CommandLine.Option;

/// The option of the servers that says how they log.
///
/// It takes effect while the command line is read, which is before the first log line.
public final class LogOption {
    /// The system property that the logging setup reads.
    public static final String PROPERTY = "heddle.log.appender";

    /// The forms of a log.
    public enum Form {
        people,
        json
    }

    /// Chooses the form.
    @Option(
            names = "--log-format",
            paramLabel = "<form>",
            description = "Log lines for people or as JSON objects: people, json. Default: $HEDDLE_LOG, or people.")
    public void choose(Form form) {
        System.setProperty(PROPERTY, form.name());
    }
}
