package io.heddle.proxy.observe;

import io.heddle.model.problem.Problem;
import io.heddle.xds.file.TextFile;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One log: a file (or standard output) and the thread that writes it.
///
/// [#log] never blocks: when the writer cannot keep up, lines are dropped and counted. A file that was moved away is
/// opened anew. One with a largest size is moved to its name with `.1`, over the last one, when it has grown to that.
final class LogFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogFile.class);
    private static final int LINES = 1024;
    private static final int BUFFER = 32 * 1024;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long RETRY = TimeUnit.SECONDS.toNanos(1);

    private final String path;
    private final long largest;
    private final LogRing ring = new LogRing(LINES);
    private final LongAdder written = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder writes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final Thread writer;
    private volatile boolean asleep;
    private volatile boolean closed;
    private volatile boolean stale;

    private LogFile(String path, long largest) {
        this.path = path;
        this.largest = largest;
        this.writer = Thread.ofPlatform().daemon().name("access-log").unstarted(this::run);
    }

    /// What is wrong with `path` as the place of a log.
    static Optional<Problem> check(String path) {
        if (path.isEmpty()) {
            return Optional.of(problem("is empty"));
        }
        try {
            return Path.of(path).getFileName() == null ? Optional.of(problem("names no file")) : Optional.empty();
        } catch (InvalidPathException _) {
            return Optional.of(problem("is no path: " + TextFile.shown(path)));
        }
    }

    private static Problem problem(String reason) {
        return Problem.error("path", "", reason, "name a file");
    }

    /// Starts the writer of `path`; `/dev/stdout` is standard output.
    static LogFile open(String path) {
        return open(path, Long.MAX_VALUE);
    }

    /// The same for a file that shall not grow much beyond `largest` bytes.
    static LogFile open(String path, long largest) {
        var file = new LogFile(path, largest);
        file.writer.start();
        return file;
    }

    /// Takes the line of a request.
    void log(LogFormat format, RequestTimeline timeline) {
        long ticket = ring.claim();
        if (ticket < 0) {
            dropped.increment();
            return;
        }
        try {
            format.append(ring.line(ticket), timeline);
        } finally {
            publish(ticket);
        }
    }

    /// Takes a line of trusted text without its end.
    void log(String text) {
        long ticket = ring.claim();
        if (ticket < 0) {
            dropped.increment();
            return;
        }
        ring.line(ticket).put(text).put('\n');
        publish(ticket);
    }

    private void publish(long ticket) {
        ring.publish(ticket);
        if (asleep) {
            LockSupport.unpark(writer);
        }
    }

    String path() {
        return path;
    }

    long written() {
        return written.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    long writes() {
        return writes.sum();
    }

    long failures() {
        return failures.sum();
    }

    /// The next lines go to the file that has its name then. Any thread.
    void reopen() {
        stale = true;
        LockSupport.unpark(writer);
    }

    private void run() {
        while (!closed || ring.isReady()) {
            stale = false;
            try (var out = open()) {
                write(out);
            } catch (IOException | InvalidPathException failed) {
                failures.increment();
                log.atError().addKeyValue("path", path).setCause(failed).log("the access log cannot be written");
                discard();
                LockSupport.parkNanos(RETRY);
            }
        }
    }

    /// Writes until the ring is empty for a while and the file is no longer where it was, or the log is closed.
    private void write(OutputStream out) throws IOException {
        long size = size();
        while (true) {
            long more = drain(out);
            boolean any = more > 0;
            size += more;
            if (size >= largest) {
                out.flush();
                Files.move(Path.of(path), Path.of(path + ".1"), StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            if ((closed && !ring.isReady()) || stale) {
                return;
            }
            if (any) {
                out.flush();
                writes.increment();
                LockSupport.parkNanos(PAUSE);
            } else {
                sleep();
                if (!isStandardOutput() && !Files.exists(Path.of(path))) {
                    return;
                }
            }
        }
    }

    /// Writes what is ready and returns how many bytes that was.
    private long drain(OutputStream out) throws IOException {
        long bytes = 0;
        while (ring.isReady()) {
            var line = ring.first();
            out.write(line.bytes(), 0, line.length());
            bytes += line.length();
            ring.release();
            written.increment();
        }
        return bytes;
    }

    private long size() throws IOException {
        return largest == Long.MAX_VALUE ? 0 : Files.size(Path.of(path));
    }

    private void sleep() {
        asleep = true;
        if (!ring.isReady() && !closed && !stale) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    private void discard() {
        while (ring.isReady()) {
            ring.release();
            dropped.increment();
        }
    }

    private OutputStream open() throws IOException {
        if (isStandardOutput()) {
            return new BufferedOutputStream(new FileOutputStream(java.io.FileDescriptor.out) {
                @Override
                public void close() {
                    // Standard output outlives the log.
                }
            });
        }
        var parent = Path.of(path).toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return new BufferedOutputStream(new FileOutputStream(path, true), BUFFER);
    }

    private boolean isStandardOutput() {
        return path.equals("/dev/stdout");
    }

    /// Writes what is there and ends; waits two seconds for it at most.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(writer);
        try {
            writer.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
