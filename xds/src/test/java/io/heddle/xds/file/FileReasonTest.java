package io.heddle.xds.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReasonTest {
    @TempDir
    private Path folder;

    @Test
    void what_java_says_with_a_path_alone_gets_words() throws IOException {
        var missing = folder.resolve("missing");
        assertThat(FileReason.of(catchThrowableOfType(IOException.class, () -> Files.readString(missing))))
                .isEqualTo(missing + ": there is no such file or directory");
        var file = Files.createFile(folder.resolve("file"));
        assertThat(FileReason.of(catchThrowableOfType(IOException.class, () -> Files.createDirectories(file))))
                .isEqualTo(file + ": a file is there already");
        assertThat(FileReason.of(catchThrowableOfType(IOException.class, () -> Files.list(file))))
                .isEqualTo(file + ": that is no directory");
        assertThat(FileReason.of(catchThrowableOfType(IOException.class, () -> Files.delete(folder))))
                .isEqualTo(folder + ": the directory is not empty");
    }

    @Test
    void what_has_a_message_keeps_it() {
        assertThat(FileReason.of(new IOException("the disk is full"))).isEqualTo("the disk is full");
        assertThat(FileReason.of(new IOException())).isEqualTo("IOException");
    }
}
