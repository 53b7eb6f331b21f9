package io.heddle.proxy.http2;

/// What a peer can do so often that it is an attack. Each is legal once; each costs the other side more than the
/// sender.
public enum Flood {
    /// Streams opened and given up at once (CVE-2023-44487), or made to be reset by us (CVE-2025-8671). As many as may
    /// be open can be given up together.
    RESET(1200, 50, 0.25),
    /// Header blocks in ever more CONTINUATION frames (CVE-2024-27316). Counted within a block.
    CONTINUATION(0, 0, 0),
    /// SETTINGS, each of which must be answered, and answers to settings that were not said.
    SETTINGS(50, 5, 0),
    /// PING, each of which must be answered, and answers to none. A peer that measures its bandwidth sends
    /// them with its data.
    PING(100, 10, 2),
    /// DATA without data, padded or not, that ends nothing.
    EMPTY_DATA(100, 10, 1),
    /// PRIORITY, which means nothing any more.
    PRIORITY(200, 50, 4),
    /// WINDOW_UPDATE that nothing sent before asked for. A peer may give back what it read piece by piece, for the
    /// stream and for the connection.
    WINDOW_UPDATE(200, 50, 16, 4),
    /// Windows so small that a frame carries next to nothing.
    TINY_WINDOW(1000, 100, 0),
    /// Frames of types that nobody knows.
    UNKNOWN_FRAME(200, 50, 1);

    final int burst;
    final int perSecond;
    final double perUsefulFrame;
    final int perKibibyteSent;

    Flood(int burst, int perSecond, double perUsefulFrame) {
        this(burst, perSecond, perUsefulFrame, 0);
    }

    Flood(int burst, int perSecond, double perUsefulFrame, int perKibibyteSent) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.perUsefulFrame = perUsefulFrame;
        this.perKibibyteSent = perKibibyteSent;
    }

    /// Its name in the counter `http2.flood.…` and in GOAWAY's debug data.
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
