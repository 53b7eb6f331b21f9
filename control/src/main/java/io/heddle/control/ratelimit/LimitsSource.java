package io.heddle.control.ratelimit;

import io.heddle.dialect.limit.LimitsFileReader;
import io.heddle.model.limit.LimitDomain;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file of rate limits, or a folder of such files (`.yaml`, `.yml`), looked through every so often.
///
/// A file that is bad is refused as a whole; what it said before goes on. A file that is gone takes its
/// limits along once two looks in a row agree, as editors save by taking a file away and putting another in
/// its place.
public final class LimitsSource implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LimitsSource.class);
    private static final long LARGEST = 4L * 1024 * 1024;

    private final Path place;
    private final SharedLimits limits;
    private final Duration period;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<Path, String> texts = new HashMap<>();
    private final Map<Path, LimitDomain> good = new TreeMap<>();
    private Set<Path> missed = Set.of();
    private List<Problem> problems = List.of();
    private boolean running;

    /// Keeps `limits` up to date with what is at `place`.
    public LimitsSource(Path place, SharedLimits limits, Duration period) {
        this.place = place;
        this.limits = limits;
        this.period = period;
    }

    /// Looks for the first time and goes on looking; all problems, and nothing is begun where there are
    /// some that refuse a file: limits that a mesh is started with shall hold. Those are told by who started
    /// it.
    public List<Problem> start() {
        var found = look();
        if (found.stream().noneMatch(Problem::isError)) {
            running = true;
            Thread.ofVirtual().name("rate-limits").start(this::run);
        }
        return found;
    }

    private void run() {
        try {
            while (!closed.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Looks once; the problems of what is there now. On one thread at a time.
    List<Problem> look() {
        var found = new ArrayList<Problem>();
        var read = new TreeMap<Path, String>();
        try {
            for (var file : files()) {
                read.put(file, text(file));
            }
        } catch (IOException unreadable) {
            found.add(Problem.error(
                    place.toString(), "", "cannot be read: " + unreadable, "make it readable for the control plane"));
            return told(found);
        }
        var missing = new HashSet<>(good.keySet());
        missing.removeAll(read.keySet());
        var gone = new HashSet<>(missing);
        gone.retainAll(missed);
        missed = missing;
        if (read.equals(texts) && gone.isEmpty()) {
            return problems;
        }
        texts.clear();
        texts.putAll(read);
        gone.forEach(good::remove);
        read.forEach((file, text) -> take(file, text, found));
        limits.take(good.values());
        return told(found);
    }

    private void take(Path file, String text, List<Problem> found) {
        var name = file.getFileName().toString();
        var checked = LimitsFileReader.read(name, text);
        found.addAll(checked.problems());
        if (!(checked instanceof Checked.Ok<LimitDomain>(var domain, var _))) {
            return;
        }
        boolean taken = good.entrySet().stream()
                .anyMatch(other ->
                        !other.getKey().equals(file) && other.getValue().name().equals(domain.name()));
        if (taken) {
            found.add(Problem.error(object(file), "domain", domain.name() + " is in another file", "keep it in one"));
            return;
        }
        good.put(file, domain);
    }

    private List<Problem> told(List<Problem> found) {
        found.stream()
                .filter(problem -> !problems.contains(problem) && (running || !problem.isError()))
                .forEach(this::tell);
        problems = List.copyOf(found);
        return problems;
    }

    private void tell(Problem problem) {
        var event = problem.isError() ? log.atError() : log.atWarn();
        event.addKeyValue("place", place)
                .addKeyValue("problem", problem)
                .log(wasGood(problem) ? "rate limits: what was good before goes on" : "rate limits");
    }

    private boolean wasGood(Problem problem) {
        return problem.isError()
                && good.keySet().stream().anyMatch(file -> problem.object().equals(object(file)));
    }

    private static String object(Path file) {
        return "RateLimits file/" + file.getFileName();
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of(place);
        }
        try (var files = Files.list(place)) {
            return files.filter(LimitsSource::isLimits).sorted().toList();
        }
    }

    private static boolean isLimits(Path file) {
        var name = file.getFileName().toString();
        boolean named = name.endsWith(".yaml") || name.endsWith(".yml");
        return named && !name.startsWith(".") && Files.isRegularFile(file);
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException(file + " is larger than " + LARGEST + " bytes");
        }
        return Files.readString(file);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
