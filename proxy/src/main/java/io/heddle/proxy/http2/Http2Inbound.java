package io.heddle.proxy.http2;

import io.heddle.traffic.runtime.Http2Options;
import io.netty.buffer.ByteBuf;

/// What a connection receives: frames are checked where they stand, and what they mean is done. Header blocks go to
/// [Http2HeadReader].
final class Http2Inbound implements FrameSink {
    private final Http2Connection connection;
    private final Http2HeadReader heads;
    private final FrameReader reader = new FrameReader(this);
    private final int window;
    private int receivable;
    private int uncredited;

    private Http2Stream dataStream;
    private int dataId;
    private int dataFlags;
    private int dataLeft;
    private boolean carried;
    private boolean settingsAcknowledged;

    Http2Inbound(Http2Connection connection, Http2HeadLimits limits) {
        Http2Options options = limits.options();
        this.connection = connection;
        this.heads = new Http2HeadReader(connection, limits);
        this.window = Math.max(options.connectionWindow(), Frames.DEFAULT_WINDOW);
        this.receivable = window;
        this.dataStream = connection.stream(0);
    }

    void read(ByteBuf in) {
        reader.read(in);
    }

    void close() {
        dataStream = connection.stream(0);
    }

    @Override
    public void malformed(Http2Error error, String reason) {
        connection.fail(error, reason);
    }

    private boolean fail(Http2Error error, String reason) {
        connection.fail(error, reason);
        return false;
    }

    private boolean overdone(Flood flood, long now) {
        if (connection.guard().tooMany(flood, now)) {
            connection.flooded(flood);
            return true;
        }
        return false;
    }

    private long now() {
        return connection.now();
    }

    @Override
    public boolean frame(int type, int flags, int stream, byte[] payload, int length) {
        if (!connection.peer().known() && type != Frames.SETTINGS) {
            return fail(Http2Error.PROTOCOL_ERROR, "the first frame is not SETTINGS");
        }
        if (heads.incomplete() && (type != Frames.CONTINUATION || stream != heads.stream())) {
            return fail(Http2Error.PROTOCOL_ERROR, "a frame stands within a header block");
        }
        boolean going = switch (type) {
            case Frames.HEADERS -> heads.headers(flags, stream, payload, length);
            case Frames.CONTINUATION -> heads.continuation(flags, stream, payload, length);
            case Frames.PRIORITY -> priority(stream, payload, length);
            case Frames.RST_STREAM -> reset(stream, payload, length);
            case Frames.SETTINGS -> settings(flags, stream, payload, length);
            case Frames.PUSH_PROMISE -> fail(Http2Error.PROTOCOL_ERROR, "PUSH_PROMISE is not allowed");
            case Frames.PING -> ping(flags, stream, payload, length);
            case Frames.GOAWAY -> goAway(stream, payload, length);
            case Frames.WINDOW_UPDATE -> windowUpdate(stream, payload, length);
            default -> !overdone(Flood.UNKNOWN_FRAME, now());
        };
        return going && !connection.over();
    }

    private boolean priority(int id, byte[] payload, int length) {
        if (id == 0) {
            return fail(Http2Error.PROTOCOL_ERROR, "PRIORITY on stream 0");
        }
        if (overdone(Flood.PRIORITY, now())) {
            return false;
        }
        if (length != 5) {
            return streamFault(id, Http2Error.FRAME_SIZE_ERROR);
        }
        boolean itself = (Frames.readInt(payload, 0) & Integer.MAX_VALUE) == id;
        return !itself || streamFault(id, Http2Error.PROTOCOL_ERROR);
    }

    /// A fault on a stream that may be open or not.
    private boolean streamFault(int id, Http2Error error) {
        var stream = connection.stream(id);
        if (stream.opened) {
            connection.fault(stream, error);
        } else {
            connection.outbound().reset(id, error);
        }
        return !connection.over();
    }

    private boolean reset(int id, byte[] payload, int length) {
        if (length != 4) {
            return fail(Http2Error.FRAME_SIZE_ERROR, "RST_STREAM is not four bytes");
        }
        if (id == 0 || connection.numbers().isIdle(id)) {
            return fail(Http2Error.PROTOCOL_ERROR, "RST_STREAM on a stream that was never opened");
        }
        var stream = connection.stream(id);
        if (stream.opened) {
            connection.peerReset(stream, Http2Error.of(Frames.readInt(payload, 0)));
        }
        return !connection.over();
    }

    private boolean settings(int flags, int id, byte[] payload, int length) {
        if (id != 0) {
            return fail(Http2Error.PROTOCOL_ERROR, "SETTINGS on a stream");
        }
        if ((flags & Frames.ACK) != 0) {
            if (settingsAcknowledged && overdone(Flood.SETTINGS, now())) {
                return false;
            }
            settingsAcknowledged = true; // Settings are said once, at the start.
            heads.settingsAcknowledged();
            return length == 0 || fail(Http2Error.FRAME_SIZE_ERROR, "an acknowledgement with settings");
        }
        if (length % 6 != 0) {
            return fail(Http2Error.FRAME_SIZE_ERROR, "SETTINGS cut off");
        }
        if (overdone(Flood.SETTINGS, now())) {
            return false;
        }
        var peer = connection.peer();
        int before = peer.streamWindow();
        peer.arrived();
        for (int at = 0; at < length; at += 6) {
            var error = peer.set(Frames.readShort(payload, at), Frames.readInt(payload, at + 2), !connection.server());
            if (error != Http2Error.NO_ERROR) {
                return fail(error, "a setting has a value that none may have");
            }
        }
        int change = peer.streamWindow() - before;
        if (change > 0 && connection.windowOverflows(change)) {
            return fail(Http2Error.FLOW_CONTROL_ERROR, "a window overflows by new settings");
        }
        connection.outbound().settingsAck();
        connection.settled(change);
        return true;
    }

    private boolean ping(int flags, int id, byte[] payload, int length) {
        if (id != 0) {
            return fail(Http2Error.PROTOCOL_ERROR, "PING on a stream");
        }
        if (length != 8) {
            return fail(Http2Error.FRAME_SIZE_ERROR, "PING is not eight bytes");
        }
        long value = (long) Frames.readInt(payload, 0) << 32 | (Frames.readInt(payload, 4) & 0xffff_ffffL);
        if ((flags & Frames.ACK) != 0) {
            return connection.pingAnswered(value) || !overdone(Flood.PING, now());
        }
        if (overdone(Flood.PING, now())) {
            return false;
        }
        connection.outbound().ping(true, value);
        return true;
    }

    private boolean goAway(int id, byte[] payload, int length) {
        if (id != 0) {
            return fail(Http2Error.PROTOCOL_ERROR, "GOAWAY on a stream");
        }
        if (length < 8) {
            return fail(Http2Error.FRAME_SIZE_ERROR, "GOAWAY cut off");
        }
        connection.peerGoesAway(Frames.readInt(payload, 0) & Integer.MAX_VALUE);
        return true;
    }

    private boolean windowUpdate(int id, byte[] payload, int length) {
        if (length != 4) {
            return fail(Http2Error.FRAME_SIZE_ERROR, "WINDOW_UPDATE is not four bytes");
        }
        if (overdone(Flood.WINDOW_UPDATE, now())) {
            return false;
        }
        int more = Frames.readInt(payload, 0) & Integer.MAX_VALUE;
        if (id == 0) {
            if (more == 0) {
                return fail(Http2Error.PROTOCOL_ERROR, "a window grows by nothing");
            }
            return connection.outbound().moreWindow(more)
                    || fail(Http2Error.FLOW_CONTROL_ERROR, "the connection's window overflows");
        }
        if (connection.numbers().isIdle(id)) {
            return fail(Http2Error.PROTOCOL_ERROR, "WINDOW_UPDATE on a stream that was never opened");
        }
        var stream = connection.stream(id);
        if (stream.opened) {
            streamWindow(stream, more);
        }
        return true;
    }

    private void streamWindow(Http2Stream stream, int more) {
        if (more == 0) {
            connection.fault(stream, Http2Error.PROTOCOL_ERROR);
            return;
        }
        stream.sendWindow += more;
        if (stream.sendWindow > Frames.MAX_WINDOW) {
            connection.fault(stream, Http2Error.FLOW_CONTROL_ERROR);
            return;
        }
        connection.outbound().push(stream);
        Http2Outbound.tellWritable(stream);
    }

    @Override
    public boolean dataBegins(int flags, int id, int length) {
        if (!connection.peer().known()) {
            return fail(Http2Error.PROTOCOL_ERROR, "the first frame is not SETTINGS");
        }
        if (heads.incomplete()) {
            return fail(Http2Error.PROTOCOL_ERROR, "a frame stands within a header block");
        }
        if (id == 0 || connection.numbers().isIdle(id)) {
            return fail(Http2Error.PROTOCOL_ERROR, "DATA on a stream that was never opened");
        }
        receivable -= length;
        uncredited += length;
        if (receivable < 0) {
            return fail(Http2Error.FLOW_CONTROL_ERROR, "more data than the connection's window allows");
        }
        boolean empty = length == 0 && (flags & Frames.END_STREAM) == 0;
        if (empty && overdone(Flood.EMPTY_DATA, now())) {
            return false;
        }
        dataStream = connection.stream(id);
        dataId = id;
        dataFlags = flags;
        dataLeft = length;
        carried = false;
        if (!dataStream.opened) {
            return connection.numbers().mayLinger(id) || streamFault(id, Http2Error.STREAM_CLOSED);
        }
        return accepts(dataStream, length);
    }

    private boolean accepts(Http2Stream stream, int length) {
        var error = Http2Error.NO_ERROR;
        if (stream.remoteEnded) {
            error = Http2Error.STREAM_CLOSED;
        } else if (!stream.headReceived) {
            error = Http2Error.PROTOCOL_ERROR;
        } else if (length > stream.receivable) {
            error = Http2Error.FLOW_CONTROL_ERROR;
        }
        stream.receivable -= length;
        if (error != Http2Error.NO_ERROR) {
            connection.fault(stream, error);
        }
        return !connection.over();
    }

    /// The stream whose DATA is being read, if it is still the same one and open.
    private boolean isOpen(Http2Stream stream) {
        return stream.opened && !stream.closed && stream.id == dataId;
    }

    @Override
    public void data(ByteBuf piece) {
        int size = piece.readableBytes();
        dataLeft -= size;
        var stream = dataStream;
        if (!carried && isOpen(stream)) {
            connection.guard().useful();
        }
        carried = true;
        if (!isOpen(stream)) {
            piece.release();
            return;
        }
        stream.receivedBytes += size;
        if (stream.expected >= 0 && stream.receivedBytes > stream.expected) {
            piece.release();
            connection.fault(stream, Http2Error.PROTOCOL_ERROR);
            return;
        }
        stream.received(piece);
    }

    @Override
    public boolean dataEnds() {
        boolean padding = !carried && dataLeft > 0 && (dataFlags & Frames.END_STREAM) == 0;
        if (padding && overdone(Flood.EMPTY_DATA, now())) {
            return false;
        }
        credit();
        var stream = dataStream;
        dataStream = connection.stream(0);
        if (!isOpen(stream)) {
            return !connection.over();
        }
        stream.consumed += dataLeft;
        if ((dataFlags & Frames.END_STREAM) != 0) {
            heads.ended(stream);
        } else {
            stream.credit();
        }
        return !connection.over();
    }

    /// Gives the peer window of the connection for what came, if there is room for more.
    void credit() {
        if (uncredited >= window / 2 && connection.hasRoom() && !connection.over()) {
            connection.outbound().windowUpdate(0, uncredited);
            receivable += uncredited;
            uncredited = 0;
        }
    }
}
