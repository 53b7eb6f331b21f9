package io.heddle.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
    @TempDir
    private Path folder;

    @Test
    void only_this_machines_libraries_are_unpacked_and_old_ones_are_gone() throws Exception {
        var ours = "libsome_" + NativeLibraries.architecture() + ".so";
        try (var out = new JarOutputStream(Files.newOutputStream(folder.resolve("some.jar")))) {
            for (var name : List.of(
                    "META-INF/native/" + ours,
                    "META-INF/native/libsome_pdp11.so",
                    "META-INF/native/../" + ours,
                    "META-INF/native/deeper/" + ours)) {
                out.putNextEntry(new JarEntry(name));
                out.write("code".getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        var target = Files.createDirectory(folder.resolve("native"));
        Files.writeString(target.resolve("libold.so"), "of an earlier build");
        assertThat(new NativeLibraries(folder, target).unpack()).isEqualTo(1);
        assertThat(target.toFile().list()).containsExactly(ours);
        assertThat(target.resolve(ours)).hasContent("code");
    }
}
