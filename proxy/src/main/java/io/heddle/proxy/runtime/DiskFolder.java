package io.heddle.proxy.runtime;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeValue;
import io.heddle.xds.file.FileReason;
import io.heddle.xds.file.TextFile;
import io.heddle.xds.read.LayerSource;
import io.heddle.xds.read.RuntimeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Reads a layer of the runtime that is a folder: every file in it is a key, and its text the value. Lines that begin
/// with `#` are none of it, nor is what is blank at its end.
final class DiskFolder {
    private static final int DEEPEST = 16;
    private static final int MOST_ENTRIES = 10_000;
    private static final long LARGEST = 64 * 1024;

    private final String object;
    private final Map<String, RuntimeValue> values = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private int entries;

    private DiskFolder(String object) {
        this.object = object;
    }

    /// The layer; none where there is no such folder.
    static Checked<Optional<RuntimeLayer>> read(LayerSource.Disk disk, String cluster) {
        if (disk.ofCluster() && cluster.indexOf(0) >= 0) {
            return Checked.ok(Optional.empty()); // no folder can bear that name
        }
        var folder = disk.root() + "/" + disk.subdirectory();
        var place = Path.of(disk.ofCluster() ? folder + "/" + cluster : folder);
        if (!Files.isDirectory(place)) {
            return Checked.ok(Optional.empty());
        }
        var reading = new DiskFolder("layer " + disk.name());
        reading.folder(place, "", 1);
        return Checked.of(Optional.of(new RuntimeLayer(disk.name(), reading.values)), reading.problems);
    }

    private void folder(Path folder, String prefix, int depth) {
        if (depth > DEEPEST) {
            problems.add(Problem.error(
                    object, "", folder + " is nested more than " + DEEPEST + " deep", "make it less deep"));
            return;
        }
        try (var inside = Files.list(folder)) {
            inside.sorted().forEach(entry -> entry(entry, prefix, depth));
        } catch (IOException failed) {
            problems.add(Problem.error(object, "", "cannot read " + FileReason.of(failed), "check its permissions"));
        }
    }

    private void entry(Path entry, String prefix, int depth) {
        var key = prefix + entry.getFileName();
        entries++;
        if (entries > MOST_ENTRIES) {
            tooMany();
            return;
        }
        if (Files.isDirectory(entry)) {
            folder(entry, key + ".", depth + 1);
            return;
        }
        if (!Files.isRegularFile(entry)) {
            return;
        }
        switch (TextFile.read(object, entry)) {
            case Checked.Ok<String> ok
            when ok.value().length() > LARGEST ->
                problems.add(Problem.error(object, "", entry + " is longer than " + LARGEST, "write less"));
            case Checked.Ok<String> ok -> values.put(key, RuntimeText.value(text(ok.value())));
            case Checked.Rejected<String> bad -> problems.addAll(bad.problems());
        }
    }

    /// Told once; what is beyond is not looked at.
    private void tooMany() {
        if (entries == MOST_ENTRIES + 1) {
            problems.add(Problem.error(object, "", "has more than " + MOST_ENTRIES + " files", "have fewer"));
        }
    }

    private static String text(String file) {
        return file.lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.joining("\n"))
                .stripTrailing();
    }
}
