package io.heddle.proxy.http2;

import java.util.Arrays;

/// The numbers of a connection's streams: which were used, by whom, and which may still be heard of (RFC 9113, section
/// 5.1.1). A client's streams are odd, and each is above all before it.
final class StreamNumbers {
    private static final int REMEMBERED = 2048;

    private final boolean server;
    private int[] resets = new int[16];
    private int resetCount;
    private int lastServed;
    private int highestRemote;
    private int nextLocal = 1;
    private boolean ignoresNew;

    StreamNumbers(boolean server) {
        this.server = server;
    }

    /// Whether there are numbers left for streams of our own.
    boolean hasLocal() {
        return nextLocal > 0;
    }

    /// The number of the next stream of our own.
    int takeLocal() {
        int number = nextLocal;
        nextLocal += 2;
        return number;
    }

    /// Notes the number of a stream that the peer opens; `false` when it is not above all before it.
    boolean noteRemote(int number) {
        if (number <= highestRemote) {
            return false;
        }
        highestRemote = number;
        if (!ignoresNew) {
            lastServed = number;
        }
        return true;
    }

    /// The highest number of a stream of the peer that is served.
    int lastServed() {
        return lastServed;
    }

    /// New streams of the peer are ignored from now on, as it has been told.
    void ignoreNew() {
        ignoresNew = true;
    }

    /// Whether new streams of the peer are ignored.
    boolean ignoresNew() {
        return ignoresNew;
    }

    /// Whether no stream of this number was ever opened.
    boolean isIdle(int number) {
        boolean local = (number & 1) == (server ? 0 : 1);
        return local ? server || number >= nextLocal : !server || number > highestRemote;
    }

    /// We have reset this stream.
    void remember(int number) {
        if (resetCount == resets.length && resetCount < REMEMBERED) {
            resets = Arrays.copyOf(resets, 2 * resets.length);
        }
        resets[resetCount++ & (resets.length - 1)] = number;
    }

    /// Whether frames of a stream that is not open may still come: we have reset it, or it came too late to be served.
    boolean mayLinger(int number) {
        if (server && number > lastServed) {
            return true;
        }
        for (int reset : resets) {
            if (reset == number) {
                return true;
            }
        }
        return false;
    }
}
