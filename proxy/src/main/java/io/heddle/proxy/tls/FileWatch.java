package io.heddle.proxy.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notices that files change, by looking at their times and sizes now and then from a thread of its own.
///
/// Safe on any thread.
public final class FileWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FileWatch.class);
    private static final String ABSENT = "absent";

    private final Map<Path, String> seen = new ConcurrentHashMap<>();
    private final List<Runnable> followers = new CopyOnWriteArrayList<>();
    private final Duration interval;
    private volatile boolean closed;

    private FileWatch(Duration interval) {
        this.interval = interval;
    }

    /// Starts to look every `interval`.
    public static FileWatch start(Duration interval) {
        var watch = new FileWatch(interval);
        Thread.ofVirtual().name("file-watch").start(watch::run);
        return watch;
    }

    /// A watch that looks only when told to.
    static FileWatch still() {
        return new FileWatch(Duration.ZERO);
    }

    /// Adds a file; it need not exist yet. Of a symbolic link it is noticed, too, when it leads elsewhere.
    public void watch(Path file) {
        seen.computeIfAbsent(file, FileWatch::mark);
    }

    /// Adds someone to be called, on the watch's thread, after changes.
    public void follow(Runnable follower) {
        followers.add(follower);
    }

    /// Looks once; tells the followers when something has changed.
    void look() {
        var before = Map.copyOf(seen);
        seen.replaceAll((file, _) -> mark(file));
        if (!seen.equals(before)) {
            followers.forEach(Runnable::run);
        }
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(interval.toNanos());
            try {
                if (!closed) {
                    look();
                }
            } catch (RuntimeException unexpected) {
                log.atError().setCause(unexpected).log("following changed files failed");
            }
        }
    }

    private static String mark(Path file) {
        try {
            var link = Files.isSymbolicLink(file) ? link(file) : "";
            return link + Files.getLastModifiedTime(file) + "/" + Files.size(file);
        } catch (NoSuchFileException absent) {
            return ABSENT;
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    /// Another link in the place of one is another one, even if it leads to the same.
    private static String link(Path file) throws IOException {
        var own = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return Files.readSymbolicLink(file) + "/" + own.fileKey() + "/" + own.lastModifiedTime() + "/";
    }

    @Override
    public void close() {
        closed = true;
    }
}
