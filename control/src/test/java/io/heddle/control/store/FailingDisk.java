package io.heddle.control.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/// A file system of the store's library that refuses to write, or to sync, when told to; everything else is the disk's.
public final class FailingDisk extends FilePathWrapper {
    private static final String SCHEME = "failing";
    private static volatile boolean writesRefused;
    private static volatile boolean syncsRefused;

    /// For the library, which makes one for each path.
    public FailingDisk() {}

    /// Makes the file system known and lets everything pass.
    static FailingDisk register() {
        var disk = new FailingDisk();
        writesRefused = false;
        syncsRefused = false;
        FilePath.register(disk);
        return disk;
    }

    /// `file`, seen through this file system.
    Path path(Path file) {
        return Path.of(SCHEME + ":" + file);
    }

    void refuseWrites(boolean refused) {
        writesRefused = refused;
    }

    void refuseSyncs(boolean refused) {
        syncsRefused = refused;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new Channel(super.open(mode));
    }

    private static final class Channel extends FileBaseDefault {
        private final FileChannel disk;

        Channel(FileChannel disk) {
            this.disk = disk;
        }

        @Override
        public long size() throws IOException {
            return disk.size();
        }

        @Override
        public synchronized int read(ByteBuffer into, long position) throws IOException {
            return disk.read(into, position);
        }

        @Override
        public synchronized int write(ByteBuffer from, long position) throws IOException {
            if (writesRefused) {
                throw new IOException("no space left");
            }
            return disk.write(from, position);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            if (syncsRefused) {
                throw new IOException("the disk does not answer");
            }
            disk.force(metadata);
        }

        @Override
        protected void implTruncate(long size) throws IOException {
            disk.truncate(size);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return disk.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            disk.close();
        }
    }
}
