package io.heddle.proxy.observe;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.Listener;
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

/// The access logs: the proxy's own, which gets every request, those that filters of listeners name,
/// which get the requests, or connections, that these serve, as far as they want them, and those of
/// listeners themselves, which get every connection that these take.
///
/// A proxy with a log of its own leaves standard output alone: it may be an application's, and every request is told
/// already. Its own file is bounded: at 16 MiB it is moved to `<file>.1`, over the last one.
public final class AccessLogs implements RequestObserver, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AccessLogs.class);

    private static final String STANDARD_OUTPUT = "/dev/stdout";
    private static final long LARGEST = 16L * 1024 * 1024;

    private final Optional<LogSinks.Sink> own;
    private final Map<String, LogFile> files = new ConcurrentHashMap<>();
    private volatile Named named = new Named(0, Map.of());

    private AccessLogs(Optional<LogSinks.Sink> own) {
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
        var wrong = LogFile.check(path);
        if (wrong.isPresent()) {
            return Checked.rejected(wrong.get().of("options", "accessLog"));
        }
        var format = settings.get().format();
        var read = format.equals("json") ? Checked.ok(LogFormat.standardJson()) : LogFormat.text(format);
        return read.then(good -> {
            var file = path.startsWith("/dev/") ? LogFile.open(path) : LogFile.open(path, LARGEST);
            var logs = new AccessLogs(Optional.of(new LogSinks.Sink(file, good, Optional.empty())));
            logs.files.put(path, file);
            return Checked.ok(logs);
        });
    }

    /// What is wrong with the logs that `config` names; an error refuses it.
    public static List<Problem> check(RuntimeConfig config) {
        var problems = new LinkedHashSet<Problem>();
        config.listeners()
                .forEach((listener, settings) -> logs(settings)
                        .flatMap(List::stream)
                        .forEach(wanted ->
                                // The listener is what is refused for its log.
                                Stream.concat(LogFile.check(wanted.path()).stream(), format(wanted).problems().stream())
                                        .forEach(found ->
                                                problems.add(found.of("Listener " + listener, "access_log")))));
        return List.copyOf(problems);
    }

    /// Opens the logs that `config` names and closes those it no longer names. Configuration thread only.
    public void take(RuntimeConfig config) {
        var next = new HashMap<List<NetworkFilter.AccessLog>, LogSinks>();
        int generation = named.generation() + 1;
        var used = new HashSet<String>();
        own.ifPresent(sink -> used.add(sink.file().path()));
        config.listeners()
                .forEach((listener, settings) -> logs(settings)
                        .forEach(wanted -> next.computeIfAbsent(
                                wanted, _ -> LogSinks.of(generation, sinks(wanted, listener, used)))));
        named = new Named(generation, Map.copyOf(next));
        files.entrySet().removeIf(entry -> {
            boolean unused = !used.contains(entry.getKey());
            if (unused) {
                entry.getValue().close();
            }
            return unused;
        });
    }

    private List<LogSinks.Sink> sinks(List<NetworkFilter.AccessLog> logs, String listener, Set<String> used) {
        var sinks = new ArrayList<LogSinks.Sink>();
        for (var wanted : logs) {
            if (own.isPresent() && wanted.path().equals(STANDARD_OUTPUT)) {
                continue;
            }
            used.add(wanted.path());
            switch (format(wanted)) {
                case Checked.Ok<LogFormat> good -> {
                    var file = files.computeIfAbsent(wanted.path(), LogFile::open);
                    sinks.add(new LogSinks.Sink(file, good.value(), wanted.condition()));
                }
                case Checked.Rejected<LogFormat> bad ->
                    log.atWarn()
                            .addKeyValue("listener", listener)
                            .addKeyValue("problems", bad.problems())
                            .log("an access log is left out");
            }
        }
        return List.copyOf(sinks);
    }

    /// Opens every file anew, after what waits for it: for who has moved it away and made another one in its place. Any
    /// thread.
    public void reopen() {
        files.values().forEach(LogFile::reopen);
    }

    @Override
    public void finished(RequestTimeline timeline) {
        if (own.isPresent()) {
            own.get().file().log(own.get().format(), timeline);
        }
        if (!timeline.accessLogs().isEmpty()) {
            write(timeline);
        }
    }

    @Override
    public boolean asksAnswer(RequestTimeline timeline) {
        return (own.isPresent() && own.get().format().asksAnswer())
                || (!timeline.accessLogs().isEmpty() && of(timeline).asksAnswer());
    }

    @Override
    public void relayed(RequestTimeline connection) {
        if (!connection.accessLogs().isEmpty()) {
            write(connection);
        }
    }

    @Override
    public void ended(RequestTimeline connection) {
        write(connection);
    }

    /// Writes the logs that the filter which served it names, or the listener that took it.
    private void write(RequestTimeline timeline) {
        var sinks = of(timeline).sinks();
        for (int i = 0; i < sinks.size(); i++) {
            var sink = sinks.get(i);
            if (sink.condition().isEmpty() || sink.condition().get().matches(new LogFacts(timeline))) {
                sink.file().log(sink.format(), timeline);
            }
        }
    }

    /// The logs of the filter that serves it, looked up once for all requests that its timeline is for,
    /// until the configuration changes.
    private LogSinks of(RequestTimeline timeline) {
        var current = named;
        var known = timeline.logs();
        if (known.generation() == current.generation()) {
            return known;
        }
        var found = current.byFilter().get(timeline.accessLogs());
        var logs = found == null ? LogSinks.of(current.generation(), left(timeline)) : found;
        timeline.loggedTo(logs);
        return logs;
    }

    /// The logs of a filter that is configured no more, or otherwise: what it still serves goes to its own
    /// files as it wrote them, as far as something else has them open.
    private List<LogSinks.Sink> left(RequestTimeline timeline) {
        var sinks = new ArrayList<LogSinks.Sink>();
        for (var wanted : timeline.accessLogs()) {
            var file = files.get(wanted.path());
            boolean told = own.isPresent() && wanted.path().equals(STANDARD_OUTPUT);
            if (file != null && !told && format(wanted) instanceof Checked.Ok<LogFormat> good) {
                sinks.add(new LogSinks.Sink(file, good.value(), wanted.condition()));
            }
        }
        return List.copyOf(sinks);
    }

    /// How many lines were dropped because a writer could not keep up or a file could not be written.
    public long dropped() {
        return files.values().stream().mapToLong(LogFile::dropped).sum();
    }

    /// How many lines were written.
    public long written() {
        return files.values().stream().mapToLong(LogFile::written).sum();
    }

    /// How many times a file was written to, several lines at a time.
    public long writes() {
        return files.values().stream().mapToLong(LogFile::writes).sum();
    }

    /// How many times a file could not be opened or written to.
    public long failures() {
        return files.values().stream().mapToLong(LogFile::failures).sum();
    }

    @Override
    public void close() {
        files.values().forEach(LogFile::close);
    }

    /// The logs of each of a listener's filters that has any, and its own.
    private static Stream<List<NetworkFilter.AccessLog>> logs(Listener listener) {
        var ofFilters = Stream.concat(listener.chains().stream(), listener.otherwise().stream())
                .map(chain -> chain.filter().accessLogs());
        return Stream.concat(ofFilters, Stream.of(listener.accessLogs())).filter(logs -> !logs.isEmpty());
    }

    private static Checked<LogFormat> format(NetworkFilter.AccessLog wanted) {
        return wanted.json().isEmpty() ? LogFormat.text(wanted.format()) : LogFormat.json(wanted.json());
    }

    /// The logs that the live configuration names.
    ///
    /// @param generation how many configurations there were before it
    /// @param byFilter of each filter that has any
    private record Named(int generation, Map<List<NetworkFilter.AccessLog>, LogSinks> byFilter) {}
}
