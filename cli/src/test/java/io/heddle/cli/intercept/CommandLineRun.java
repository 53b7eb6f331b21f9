package io.heddle.cli.intercept;

import io.heddle.cli.output.Console;
import io.heddle.cli.output.Failure;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// One run of `heddle intercept` in this process.
record CommandLineRun(int code, String out, String err) {
    static CommandLineRun of(List<String> arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var console = new Console(
                InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        var line = InterceptCommand.on(console);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler((exception, _, _) -> {
            if (exception instanceof Failure failure) {
                console.fail(failure.reason(), failure.remedy());
                return failure.code().number();
            }
            throw exception;
        });
        int code = line.execute(arguments.toArray(String[]::new));
        return new CommandLineRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
