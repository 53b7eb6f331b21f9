package io.heddle.control.discovery;

import io.heddle.control.reconcile.ChangeSet;
import io.heddle.control.reconcile.ConfigGate;
import io.heddle.control.store.ConflictException;
import io.heddle.control.store.KeyValues;
import io.heddle.control.store.WriteResult;
import io.heddle.dialect.Document;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.io.IOException;
import java.nio.file.Path;
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
/// with an error are set aside and the others pass without them; a file set aside is logged once, its problems are
/// shown, and what its last good version brought stays in the store until it is repaired or removed. Which object
/// came from which file is remembered in the store, so that an object leaves with its file even when that happened
/// while nobody looked.
///
/// An object leaves only when two looks in a row agree that no file has it: editors save by taking a file away and
/// putting another in its place, or by emptying and refilling it. What is in a folder that cannot be read stays.
public final class DirectorySource implements DiscoverySource {
    private static final Logger log = LoggerFactory.getLogger(DirectorySource.class);

    private final Path directory;
    private final ConfigGate gate;
    private final KeyValues origins;
    private final Duration period;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<Path, FileDocuments> files = new TreeMap<>();
    private final Map<Path, List<Problem>> setAside = new TreeMap<>();
    private Map<Path, Problem> unseen = Map.of();
    /// What no file had at the last look, and is still in the store.
    private Set<ObjectName> missed = Set.of();

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

    /// Looks through the directory once. On one thread at a time.
    void lookThrough() {
        try {
            var scan = DirectoryScan.of(directory, files);
            var changed = scan.files().stream()
                    .filter(file -> !file.equals(files.get(file.path())))
                    .toList();
            var paths = scan.files().stream().map(FileDocuments::path).collect(Collectors.toSet());
            files.keySet().stream().filter(scan::mayHide).forEach(paths::add);
            boolean someGone = files.keySet().retainAll(paths);
            changed.forEach(file -> files.put(file.path(), file));
            setAside.keySet().retainAll(paths);
            boolean otherFolders = !scan.unseen().equals(unseen);
            unseen = scan.unseen();
            var missedNow = missed(scan);
            if (!changed.isEmpty() || someGone || otherFolders || !missedNow.isEmpty()) {
                missedNow.retainAll(missed);
                takeIn(missedNow);
            }
            missed = missed(scan);
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

    /// Objects that came from a file which is no longer there, or no longer has them. A file that is set aside or
    /// cannot be understood keeps its.
    private Set<ObjectName> missed(DirectoryScan scan) {
        var there =
                files.values().stream().flatMap(file -> file.objects().stream()).collect(Collectors.toSet());
        var missed = new HashSet<ObjectName>();
        origins.entries().forEach((key, origin) -> {
            var object = object(key);
            var path = Path.of(origin);
            var file = files.get(path);
            boolean kept = scan.mayHide(path)
                    || setAside.containsKey(path)
                    || (file != null && file.documents().isEmpty());
            if (!there.contains(object) && !kept) {
                missed.add(object);
            }
        });
        return missed;
    }

    private void takeIn(Set<ObjectName> leaving) {
        var before = Map.copyOf(setAside);
        setAside.clear();
        files.forEach((path, file) -> {
            if (file.content() instanceof Checked.Rejected<List<Document>> rejected) {
                setAside.put(path, rejected.problems());
            }
        });
        setAside.putAll(FileDocuments.duplicates(files.values()));
        while (!pass(leaving)) {
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
        var found = new ArrayList<>(unseen.values());
        setAside.forEach((path, reasons) -> reasons.forEach(problem -> found.add(FileDocuments.in(path, problem))));
        problems = List.copyOf(found);
    }

    /// Passes all files that are not set aside.
    ///
    /// @return whether that is all; false when more files were set aside and the rest is worth another try
    private boolean pass(Set<ObjectName> leaving) {
        var puts = new ArrayList<Document>();
        var good = new ArrayList<FileDocuments>();
        files.forEach((path, file) -> {
            if (!setAside.containsKey(path)) {
                good.add(file);
                puts.addAll(file.documents().orElse(List.of()));
            }
        });
        var deletes = leaving.stream().filter(object -> !keptAside(object)).collect(Collectors.toSet());
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

    /// Whether the file that brought `object` is set aside, and so keeps it.
    private boolean keptAside(ObjectName object) {
        return origins.find(key(object))
                .map(Path::of)
                .filter(setAside::containsKey)
                .isPresent();
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
