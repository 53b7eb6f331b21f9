package io.heddle.proxy.observe;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// What this process occupies, read from the kernel and from the runtime without management beans.
final class ProcessFigures {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long STARTED_MILLIS = System.currentTimeMillis();
    private static final double MILLIS = 1000;

    private ProcessFigures() {}

    /// Writes the process families.
    static void write(MetricsText text) {
        var status = status();
        value(status, "VmRSS:").ifPresent(kilobytes -> {
            gauge(text, "process_resident_memory_bytes", "Resident memory.", (double) kilobytes * 1024);
            gauge(text, "envoy_server_memory_physical_size", "The same, as Envoy names it.", (double) kilobytes * 1024);
        });
        value(status, "Threads:").ifPresent(threads -> gauge(text, "process_threads", "Threads.", (double) threads));
        var runtime = Runtime.getRuntime();
        gauge(
                text,
                "heddle_heap_used_bytes",
                "Java heap in use.",
                (double) runtime.totalMemory() - runtime.freeMemory());
        gauge(text, "heddle_heap_size_bytes", "Java heap taken from the system.", (double) runtime.totalMemory());
        gauge(text, "heddle_direct_memory_bytes", "Buffers outside of the heap.", (double)
                PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory());
        gauge(
                text,
                "envoy_server_memory_allocated",
                "Java heap in use and buffers outside of it.",
                (double) runtime.totalMemory()
                        - runtime.freeMemory()
                        + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory());
        gauge(text, "envoy_server_memory_heap_size", "Java heap taken from the system.", (double)
                runtime.totalMemory());
        gauge(
                text,
                "process_start_time_seconds",
                "When the process started, seconds since the epoch.",
                STARTED_MILLIS / MILLIS);
        cpuSeconds().ifPresent(nanos -> {
            if (text.family("process_cpu_seconds_total", "counter", "CPU time used.")) {
                text.sample("process_cpu_seconds_total", "", nanos / 1e9);
            }
        });
    }

    private static void gauge(MetricsText text, String name, String help, double value) {
        if (text.family(name, "gauge", help)) {
            text.sample(name, "", value);
        }
    }

    private static OptionalLong cpuSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(cpu -> OptionalLong.of(cpu.toNanos()))
                .orElse(OptionalLong.empty());
    }

    private static List<String> status() {
        try {
            return Files.readAllLines(STATUS);
        } catch (IOException notLinux) {
            return List.of();
        }
    }

    private static OptionalLong value(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst();
    }
}
