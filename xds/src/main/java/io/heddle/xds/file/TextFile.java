package io.heddle.xds.file;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// A file of text that configuration names, read whole: UTF-8, and no more of it than there can be use for. What is no
/// file of bytes, such as a pipe or a device, is not opened: that might wait, or never end.
public final class TextFile {
    /// The largest, in bytes.
    public static final int LARGEST = 16 * 1024 * 1024;

    private TextFile() {}

    /// The bytes of the file called `name`, or why they cannot be had, as a problem of `object`.
    public static Checked<byte[]> bytes(String object, String name) {
        try {
            return bytes(object, Path.of(name));
        } catch (InvalidPathException e) {
            return rejected(object, "is no path: " + shown(name), "name a file");
        }
    }

    /// The text of the file called `name`, or why it cannot be had, as a problem of `object`.
    public static Checked<String> read(String object, String name) {
        try {
            return read(object, Path.of(name));
        } catch (InvalidPathException e) {
            return rejected(object, "is no path: " + shown(name), "name a file of text");
        }
    }

    /// The text of `file`, or why it cannot be had, as a problem of `object`.
    public static Checked<String> read(String object, Path file) {
        return bytes(object, file).then(bytes -> text(object, file, bytes));
    }

    private static Checked<byte[]> bytes(String object, Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return rejected(object, file + ": that is no file", "name a file of text");
        }
        try {
            if (Files.size(file) > LARGEST) {
                return tooLarge(object, file);
            }
            try (var in = Files.newInputStream(file)) {
                var bytes = in.readNBytes(LARGEST + 1); // its size may not be what it says
                return bytes.length > LARGEST ? tooLarge(object, file) : Checked.ok(bytes);
            }
        } catch (IOException e) {
            return rejected(object, FileReason.of(e), "name a file that can be read");
        }
    }

    /// A file's name as people can read it, whatever it is made of.
    public static String shown(String name) {
        return name.replace("\0", "\\0");
    }

    private static Checked<String> text(String object, Path file, byte[] bytes) {
        try {
            return Checked.ok(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException _) {
            return rejected(object, file + " is no text in UTF-8", "write it in UTF-8");
        }
    }

    private static <T> Checked<T> tooLarge(String object, Path file) {
        return rejected(object, file + " has more than " + LARGEST + " bytes", "name a smaller one");
    }

    private static <T> Checked<T> rejected(String object, String reason, String remedy) {
        return Checked.rejected(Problem.error(object, "", reason, remedy));
    }
}
