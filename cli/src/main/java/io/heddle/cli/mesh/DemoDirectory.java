package io.heddle.cli.mesh;

import io.heddle.cli.client.DemoOwner;
import io.heddle.cli.client.Locator;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.xds.file.FileReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Optional;

/// Where one demo keeps its state and logs.
///
/// @param path the directory
/// @param kept whether it stays when the demo ends
record DemoDirectory(Path path, boolean kept) {
    /// The given directory, which is kept; else a fresh one of this user's below the temporary one.
    static DemoDirectory create(Optional<Path> wanted) {
        try {
            if (wanted.isPresent()) {
                var path = wanted.get().toAbsolutePath().normalize();
                Files.createDirectories(path);
                DemoOwner.ofProcess().write(path);
                return new DemoDirectory(path, true);
            }
            var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            var all = Locator.demosOfThisUser();
            if (!Files.isDirectory(all)) {
                Files.createDirectory(all, mine);
            }
            removeDead();
            var fresh = new DemoDirectory(fresh(all, mine), false);
            DemoOwner.ofProcess().write(fresh.path);
            return fresh;
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "cannot create the demo's directory: " + FileReason.of(e),
                    "choose another with --dir",
                    e);
        }
    }

    private static Path fresh(Path all, FileAttribute<?> mine) throws IOException {
        var own = all.resolve("demo-" + ProcessHandle.current().pid());
        return Files.exists(own, LinkOption.NOFOLLOW_LINKS)
                ? Files.createTempDirectory(all, "demo-", mine)
                : Files.createDirectory(own, mine);
    }

    /// Removes what demos left that were killed: a CA's key should not lie about.
    private static void removeDead() {
        for (var left : Locator.ofProcess().endedDemos()) {
            new DemoDirectory(left, false).remove();
        }
    }

    /// Removes it, unless it is kept or gone already. One caller at a time: the end of the demo and Ctrl-C may meet.
    void remove() {
        synchronized (DemoDirectory.class) {
            removeNow();
        }
    }

    private void removeNow() {
        if (kept || Files.notExists(path)) {
            return;
        }
        try (var tree = Files.walk(path)) {
            for (var entry : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot remove " + path + ": " + FileReason.of(e), "remove it yourself", e);
        }
    }
}
