package io.heddle.control.discovery;

import io.heddle.control.reconcile.ChangeSet;
import io.heddle.control.reconcile.ConfigGate;
import io.heddle.control.store.ConflictException;
import io.heddle.control.store.KeyValues;
import io.heddle.control.store.WriteResult;
import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A directory of YAML and JSON files whose objects are kept in the store.
///
/// It is looked through every second: that works on every file system, which change events do not. All files that
/// changed pass the gate together, because one file may refer to another's objects. When that is refused, the files
/// with
/// an error are set aside and the others pass without them; a file set aside is logged once, its problems are shown,
/// and
/// what its last good version brought stays in the store until it is repaired or removed. Which object came from which
/// file is remembered in the store, so that an object leaves with its file even when that happened while nobody looked.
public final class DirectorySource implements DiscoverySource {
    private static final Logger log = LoggerFactory.getLogger(DirectorySource.class);
    private static final long MAX_FILE = 4L * 1024 * 1024;
    private static final int MAX_FILES = 10_000;
    private static final String DEFAULT_NAMESPACE = "default";

    private final Path directory;
    private final ConfigGate gate;
    private final KeyValues origins;
    private final Duration period;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<Path, FileDocuments> files = new TreeMap<>();
    private final Map<Path, List<Problem>> setAside = new TreeMap<>();
    private volatile List<Problem> problems = List.of();

    /// @param origins a durable map of this source's own
    /// @param period how often the directory is looked through
    public DirectorySource(Path directory, ConfigGate gate, KeyValues origins, Duration period) {
        this.directory = directory;
        this.gate = gate;
        this.origins = origins;
        this.period = period;
    }

    @Override
    public String name() {
        return "directory " + directory;
    }

    @Override
    public void start() {
        lookThrough();
        Thread.ofVirtual().name("config-directory").start(this::run);
    }

    private void run() {
        try {
            while (!closed.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                lookThroughSafely();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookThroughSafely() {
        try {
            lookThrough();
        } catch (RuntimeException e) {
            log.atError().setCause(e).addKeyValue("directory", directory).log("the directory could not be taken in");
        }
    }

    private void lookThrough() {
        try {
            var found = scan();
            var changed = found.stream()
                    .filter(file -> !file.equals(files.get(file.path())))
                    .toList();
            var paths = found.stream().map(FileDocuments::path).collect(Collectors.toSet());
            boolean someGone = !paths.containsAll(files.keySet());
            files.keySet().retainAll(paths);
            changed.forEach(file -> files.put(file.path(), file));
            setAside.keySet().retainAll(paths);
            if (!changed.isEmpty() || someGone || !originsFit()) {
                takeIn();
            }
        } catch (IOException e) {
            var problem = Problem.error(
                    name(), "", "cannot be read: " + e, "make it a directory that the control plane may read");
            if (!problems.contains(problem)) {
                log.atError()
                        .addKeyValue("directory", directory)
                        .addKeyValue("reason", e)
                        .log("cannot be read");
            }
            problems = List.of(problem);
        }
    }

    /// Whether each object that is remembered still has its file.
    private boolean originsFit() {
        var paths = files.keySet().stream().map(Path::toString).collect(Collectors.toSet());
        return paths.containsAll(origins.entries().values());
    }

    private List<FileDocuments> scan() throws IOException {
        var found = new ArrayList<FileDocuments>();
        try (var entries = Files.walk(directory, 8)) {
            for (var path : entries.filter(DirectorySource::isConfiguration)
                    .sorted()
                    .limit(MAX_FILES)
                    .toList()) {
                found.add(read(path));
            }
        }
        return found;
    }

    private static boolean isConfiguration(Path path) {
        var name = path.getFileName().toString();
        boolean named = name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
        return named && !name.startsWith(".") && Files.isRegularFile(path);
    }

    private FileDocuments read(Path path) throws IOException {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        var stamp = attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey();
        var known = files.get(path);
        if (known != null && known.stamp().equals(stamp)) {
            return known;
        }
        if (attributes.size() > MAX_FILE) {
            return new FileDocuments(path, stamp, Checked.rejected(tooLarge(path)));
        }
        return new FileDocuments(path, stamp, Documents.parse(Files.readString(path), DEFAULT_NAMESPACE));
    }

    private static Problem tooLarge(Path path) {
        return Problem.error(path.toString(), "", "is larger than " + MAX_FILE + " bytes", "split it");
    }

    private void takeIn() {
        var before = Map.copyOf(setAside);
        setAside.clear();
        files.forEach((path, file) -> {
            if (file.content() instanceof Checked.Rejected<List<Document>> rejected) {
                setAside.put(path, rejected.problems());
            }
        });
        setDuplicatesAside();
        while (!pass()) {
            log.atDebug().addKeyValue("files", setAside.keySet()).log("trying again without the files set aside");
        }
        setAside.forEach((path, reasons) -> {
            if (!reasons.equals(before.get(path))) {
                log.atError()
                        .addKeyValue("file", path)
                        .addKeyValue("problems", reasons)
                        .log("file set aside; what its last good version brought stays");
            }
        });
        problems = setAside.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().map(problem -> inFile(entry.getKey(), problem)))
                .toList();
    }

    private static Problem inFile(Path path, Problem problem) {
        return new Problem(
                problem.severity(),
                problem.object(),
                problem.path(),
                problem.reason() + " (in " + path + ")",
                problem.remedy());
    }

    private void setDuplicatesAside() {
        var owners = new TreeMap<ObjectName, Path>();
        files.forEach((path, file) -> {
            for (var object : file.objects()) {
                var other = owners.putIfAbsent(object, path);
                if (other != null) {
                    setAside.put(
                            path,
                            List.of(Problem.error(
                                    object.toString(), "", "is in " + other + " already", "keep it in one file")));
                }
            }
        });
    }

    /// Passes all files that are not set aside.
    ///
    /// @return whether that is all; false when more files were set aside and the rest is worth another try
    private boolean pass() {
        var puts = new ArrayList<Document>();
        var good = new ArrayList<FileDocuments>();
        files.forEach((path, file) -> {
            if (!setAside.containsKey(path)) {
                good.add(file);
                puts.addAll(file.documents().orElse(List.of()));
            }
        });
        var deletes = orphans(good);
        Checked<List<WriteResult>> outcome;
        try {
            outcome = gate.pass(new ChangeSet(puts, List.copyOf(deletes)), false);
        } catch (ConflictException e) {
            outcome = Checked.rejected(Problem.error(
                    name(), "metadata.resourceVersion", e.getMessage() + "", "leave resourceVersion out of files"));
        }
        return switch (outcome) {
            case Checked.Ok<List<WriteResult>>(var _, List<Problem> warnings) -> {
                warnings.forEach(warning ->
                        log.atWarn().addKeyValue("directory", directory).log(warning.toString()));
                remember(good, deletes);
                yield true;
            }
            case Checked.Rejected<List<WriteResult>>(List<Problem> refusals) -> setAside(good, refusals);
        };
    }

    /// Objects that came from a file which is no longer there, or no longer has them. A file that is set aside keeps
    /// its.
    private Set<ObjectName> orphans(List<FileDocuments> good) {
        var wanted = good.stream().flatMap(file -> file.objects().stream()).collect(Collectors.toSet());
        var orphans = new HashSet<ObjectName>();
        origins.entries().forEach((key, path) -> {
            var object = object(key);
            if (!wanted.contains(object) && !setAside.containsKey(Path.of(path))) {
                orphans.add(object);
            }
        });
        return orphans;
    }

    private void remember(List<FileDocuments> good, Set<ObjectName> deleted) {
        var known = origins.entries();
        for (var file : good) {
            for (var object : file.objects()) {
                if (!file.path().toString().equals(known.get(key(object)))) {
                    origins.put(key(object), file.path().toString());
                }
            }
        }
        deleted.forEach(object -> origins.remove(key(object)));
    }

    /// Sets the files aside whose objects have errors; all of them when no file can be told to be the cause.
    ///
    /// @return whether nothing is left to pass
    private boolean setAside(List<FileDocuments> good, List<Problem> refusals) {
        boolean found = false;
        for (var file : good) {
            var names = file.objects().stream().map(ObjectName::toString).collect(Collectors.toSet());
            var own = refusals.stream()
                    .filter(problem -> names.contains(problem.object()))
                    .toList();
            if (own.stream().anyMatch(Problem::isError)) {
                setAside.put(file.path(), own);
                found = true;
            }
        }
        if (!found) {
            good.forEach(file -> setAside.put(file.path(), refusals));
        }
        return !found;
    }

    private static String key(ObjectName object) {
        return object.kind() + "/" + object.namespace() + "/" + object.name();
    }

    private static ObjectName object(String key) {
        var parts = key.split("/", 3);
        return new ObjectName(parts[0], parts[1], parts[2]);
    }

    @Override
    public List<Problem> problems() {
        return problems;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
