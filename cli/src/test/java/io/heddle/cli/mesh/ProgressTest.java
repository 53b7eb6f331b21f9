package io.heddle.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.output.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void a_line_is_never_wider_than_the_terminal_also_when_that_shrinks() {
        var columns = new AtomicInteger(80);
        var progress = new Progress(console(false), columns::get, System.nanoTime());
        progress.step("starting the control plane (logs: /" + "long/".repeat(30) + ")");
        assertThat(shown()).isNotEmpty().allMatch(line -> line.length() < 80);
        written.reset();
        columns.set(30);
        progress.detail("0 of 9 ready");
        assertThat(shown()).isNotEmpty().allMatch(line -> line.length() < 30).anyMatch(line -> line.contains("…"));
    }

    @Test
    void a_line_that_fits_is_whole() {
        var progress = new Progress(console(false), () -> 80, System.nanoTime());
        progress.step("starting 9 workloads");
        progress.detail("3 of 9 ready");
        assertThat(shown()).anyMatch(line -> line.startsWith("starting 9 workloads: 3 of 9 ready "));
    }

    private List<String> shown() {
        return written.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    private Console console(boolean colors) {
        var stream = new PrintStream(written, true, StandardCharsets.UTF_8);
        return new Console(new ByteArrayInputStream(new byte[0]), stream, stream, true, colors);
    }
}
