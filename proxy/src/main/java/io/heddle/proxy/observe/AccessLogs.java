package io.heddle.proxy.observe;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The access logs: the proxy's own, which gets every request, and those that listeners name.
///
/// A proxy with a log of its own leaves standard output alone: it may be an application's, and every request is told
/// already. Its own file is bounded: at 16 MiB it is moved to `<file>.1`, over the last one.
public final class AccessLogs implements RequestObserver, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AccessLogs.class);

    private static final String STANDARD_OUTPUT = "/dev/stdout";
    private static final long LARGEST = 16L * 1024 * 1024;

    private final Optional<Sink> own;
    private final Map<String, LogFile> files = new ConcurrentHashMap<>();
    private volatile Map<String, List<Sink>> byListener = Map.of();

    private AccessLogs(Optional<Sink> own) {
        this.own = own;
    }

    /// Where the proxy's own log goes.
    ///
    /// @param path a file; `/dev/stdout` for standard output
    /// @param format `json` for Heddle's JSON, empty for Envoy's default text, else a text with Envoy's operators
    public record Settings(String path, String format) {}

    /// Opens the proxy's own log, if there is to be one.
    public static Checked<AccessLogs> open(Optional<Settings> settings) {
        if (settings.isEmpty()) {
            return Checked.ok(new AccessLogs(Optional.empty()));
        }
        var path = settings.get().path();
        var format = settings.get().format();
        var read = format.equals("json") ? Checked.ok(LogFormat.standardJson()) : LogFormat.text(format);
        return read.then(good -> {
            var file = path.startsWith("/dev/") ? LogFile.open(path) : LogFile.open(path, LARGEST);
            var logs = new AccessLogs(Optional.of(new Sink(file, good)));
            logs.files.put(path, file);
            return Checked.ok(logs);
        });
    }

    /// What is wrong with the logs that `config` names; an error refuses it.
    public static List<Problem> check(RuntimeConfig config) {
        var problems = new ArrayList<Problem>();
        named(config).forEach((listener, logs) -> {
            for (var wanted : logs) {
                // The listener is what is refused for its log.
                Stream.concat(LogFile.check(wanted.path()).stream(), format(wanted).problems().stream())
                        .forEach(found -> problems.add(found.of("Listener " + listener, "access_log")));
            }
        });
        return problems;
    }

    /// Opens the logs that `config` names and closes those it no longer names. Configuration thread only.
    public void take(RuntimeConfig config) {
        var next = new HashMap<String, List<Sink>>();
        var used = new HashSet<String>();
        own.ifPresent(sink -> used.add(sink.file().path()));
        named(config).forEach((listener, logs) -> {
            var sinks = new ArrayList<Sink>();
            for (var wanted : logs) {
                if (own.isPresent() && wanted.path().equals(STANDARD_OUTPUT)) {
                    continue;
                }
                used.add(wanted.path());
                switch (format(wanted)) {
                    case Checked.Ok<LogFormat> good ->
                        sinks.add(new Sink(files.computeIfAbsent(wanted.path(), LogFile::open), good.value()));
                    case Checked.Rejected<LogFormat> bad ->
                        log.atWarn()
                                .addKeyValue("listener", listener)
                                .addKeyValue("problems", bad.problems())
                                .log("an access log is left out");
                }
            }
            next.put(listener, List.copyOf(sinks));
        });
        byListener = Map.copyOf(next);
        files.entrySet().removeIf(entry -> {
            boolean unused = !used.contains(entry.getKey());
            if (unused) {
                entry.getValue().close();
            }
            return unused;
        });
    }

    @Override
    public void finished(RequestTimeline timeline) {
        if (own.isPresent()) {
            own.get().file().log(own.get().format(), timeline);
        }
        var sinks = byListener.get(timeline.listener);
        if (sinks != null) {
            for (var sink : sinks) {
                sink.file().log(sink.format(), timeline);
            }
        }
    }

    /// How many lines were dropped because a writer could not keep up or a file could not be written.
    public long dropped() {
        return files.values().stream().mapToLong(LogFile::dropped).sum();
    }

    /// How many lines were written.
    public long written() {
        return files.values().stream().mapToLong(LogFile::written).sum();
    }

    @Override
    public void close() {
        files.values().forEach(LogFile::close);
    }

    private static Map<String, Set<NetworkFilter.AccessLog>> named(RuntimeConfig config) {
        var named = new HashMap<String, Set<NetworkFilter.AccessLog>>();
        config.listeners()
                .forEach((name, listener) -> listener.chains().forEach(chain -> {
                    if (chain.filter() instanceof NetworkFilter.Http http
                            && !http.accessLogs().isEmpty()) {
                        named.computeIfAbsent(name, _ -> new LinkedHashSet<>()).addAll(http.accessLogs());
                    }
                }));
        return named;
    }

    private static Checked<LogFormat> format(NetworkFilter.AccessLog wanted) {
        return wanted.json().isEmpty() ? LogFormat.text(wanted.format()) : LogFormat.json(wanted.json());
    }

    private record Sink(LogFile file, LogFormat format) {}
}
