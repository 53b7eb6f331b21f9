package io.heddle.xds.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// Why a file could not be used, in words: Java's own text for the common reasons is the path alone.
public final class FileReason {
    private FileReason() {}

    /// The reason of `failure`, without a full stop, for example `/etc/x: there is no such file`.
    public static String of(IOException failure) {
        if (!(failure instanceof FileSystemException system)) {
            var message = failure.getMessage();
            return message == null ? failure.getClass().getSimpleName() : message;
        }
        return system.getFile() + ": " + words(system);
    }

    private static String words(FileSystemException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such file or directory";
            case FileAlreadyExistsException _ -> "a file is there already";
            case AccessDeniedException _ -> "permission denied";
            case NotDirectoryException _ -> "that is no directory";
            case DirectoryNotEmptyException _ -> "the directory is not empty";
            default -> failure.getReason() == null ? failure.getClass().getSimpleName() : failure.getReason();
        };
    }
}
