package io.heddle.tests.mesh;

import java.nio.file.Files;
import java.nio.file.Path;

/// The distribution that the build has made just before these tests.
public final class Distribution {
    private Distribution() {}

    /// The folder of the checkout.
    public static Path root() {
        var folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("heddle"))) {
            var parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "no heddle launcher above " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return folder;
    }

    /// The launcher.
    public static Path launcher() {
        return root().resolve("heddle");
    }
}
