package io.heddle.proxy.http2;

import io.heddle.proxy.http2.hpack.HpackDecoder;

/// What the peer's SETTINGS say (RFC 9113, section 6.5.2), until it says otherwise the defaults.
final class PeerSettings {
    /// The streams assumed to be allowed until the peer's settings are there.
    private static final int STREAMS_AT_FIRST = 100;

    private boolean known;
    private long maxStreams = STREAMS_AT_FIRST;
    private int streamWindow = Frames.DEFAULT_WINDOW;
    private int maxFrame = Frames.DEFAULT_MAX_SIZE;
    private long headerTable = HpackDecoder.DEFAULT_TABLE;
    private boolean extendedConnect;

    /// The peer's first settings have come; without a limit of streams there is none.
    void arrived() {
        if (!known) {
            known = true;
            maxStreams = Integer.MAX_VALUE;
        }
    }

    boolean known() {
        return known;
    }

    int maxStreams() {
        return (int) Math.min(maxStreams, Integer.MAX_VALUE);
    }

    int streamWindow() {
        return streamWindow;
    }

    /// The largest payload sent: as large as allowed, and no larger than what everybody takes, so that streams share.
    int maxFrame() {
        return Math.min(maxFrame, Frames.DEFAULT_MAX_SIZE);
    }

    long headerTable() {
        return headerTable;
    }

    boolean extendedConnect() {
        return extendedConnect;
    }

    /// Takes one setting; what is wrong with it, or [Http2Error#NO_ERROR]. Unknown ones mean nothing.
    Http2Error set(int id, int value, boolean fromServer) {
        long plain = value & 0xffff_ffffL;
        switch (id) {
            case Frames.HEADER_TABLE_SIZE -> headerTable = plain;
            case Frames.ENABLE_PUSH -> {
                return plain > 1 || (plain == 1 && fromServer) ? Http2Error.PROTOCOL_ERROR : Http2Error.NO_ERROR;
            }
            case Frames.MAX_CONCURRENT_STREAMS -> maxStreams = plain;
            case Frames.INITIAL_WINDOW_SIZE -> {
                if (plain > Frames.MAX_WINDOW) {
                    return Http2Error.FLOW_CONTROL_ERROR;
                }
                streamWindow = value;
            }
            case Frames.MAX_FRAME_SIZE -> {
                if (plain < Frames.DEFAULT_MAX_SIZE || plain > 0xff_ffff) {
                    return Http2Error.PROTOCOL_ERROR;
                }
                maxFrame = value;
            }
            case Frames.ENABLE_CONNECT_PROTOCOL -> {
                if (plain > 1) {
                    return Http2Error.PROTOCOL_ERROR;
                }
                extendedConnect = plain == 1;
            }
            default -> {
                return Http2Error.NO_ERROR;
            }
        }
        return Http2Error.NO_ERROR;
    }
}
