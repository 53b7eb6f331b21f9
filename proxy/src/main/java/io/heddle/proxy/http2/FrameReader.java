package io.heddle.proxy.http2;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Reads frames in whatever pieces they arrive. The data of DATA frames is handed on as it comes, as slices of the
/// buffers it came in; the payload of every other frame is gathered first, at most [Frames#DEFAULT_MAX_SIZE] bytes.
final class FrameReader {
    private static final int KEPT = 2048;

    private enum State {
        HEADER,
        PAYLOAD,
        PAD_LENGTH,
        DATA,
        PADDING
    }

    private final FrameSink sink;
    private final byte[] header = new byte[Frames.HEADER];
    private byte[] payload = {};
    private State state = State.HEADER;
    private int have;
    private int length;
    private int type;
    private int flags;
    private int stream;
    private int left;
    private int padding;

    FrameReader(FrameSink sink) {
        this.sink = sink;
    }

    /// Reads all of `in`; `false` when the connection is over.
    boolean read(ByteBuf in) {
        boolean going = true;
        while (going && in.isReadable()) {
            going = switch (state) {
                case HEADER -> header(in);
                case PAYLOAD -> payload(in);
                case PAD_LENGTH -> padLength(in.readUnsignedByte());
                case DATA -> data(in);
                case PADDING -> padding(in);
            };
        }
        return going;
    }

    private boolean header(ByteBuf in) {
        int size = Math.min(Frames.HEADER - have, in.readableBytes());
        in.readBytes(header, have, size);
        have += size;
        if (have < Frames.HEADER) {
            return true;
        }
        have = 0;
        length = Frames.readInt(header, 0) >>> 8;
        type = header[3] & 0xff;
        flags = header[4] & 0xff;
        stream = Frames.readInt(header, 5) & Integer.MAX_VALUE;
        if (length > Frames.DEFAULT_MAX_SIZE) {
            sink.malformed(Http2Error.FRAME_SIZE_ERROR, "a frame is larger than allowed");
            return false;
        }
        return type == Frames.DATA ? beginData() : beginPayload();
    }

    private boolean beginPayload() {
        if (payload.length < length) {
            payload = new byte[Math.max(length, 256)];
        }
        state = State.PAYLOAD;
        return length > 0 || endPayload();
    }

    private boolean payload(ByteBuf in) {
        int size = Math.min(length - have, in.readableBytes());
        in.readBytes(payload, have, size);
        have += size;
        return have < length || endPayload();
    }

    private boolean endPayload() {
        state = State.HEADER;
        have = 0;
        boolean going = sink.frame(type, flags, stream, payload, length);
        if (payload.length > KEPT) {
            payload = Arrays.copyOf(payload, 0);
        }
        return going;
    }

    private boolean beginData() {
        if (!sink.dataBegins(flags, stream, length)) {
            return false;
        }
        left = length;
        padding = 0;
        if ((flags & Frames.PADDED) != 0) {
            state = State.PAD_LENGTH;
            if (length == 0) {
                sink.malformed(Http2Error.FRAME_SIZE_ERROR, "a padded frame has no pad length");
            }
            return length > 0;
        }
        state = State.DATA;
        return left > 0 || endData();
    }

    private boolean padLength(int size) {
        padding = size;
        left = length - 1 - size;
        if (left < 0) {
            sink.malformed(Http2Error.PROTOCOL_ERROR, "a frame's padding is longer than the frame");
            return false;
        }
        state = State.DATA;
        return left > 0 || beginPadding();
    }

    private boolean data(ByteBuf in) {
        int size = Math.min(left, in.readableBytes());
        left -= size;
        sink.data(in.readRetainedSlice(size));
        return left > 0 || beginPadding();
    }

    private boolean beginPadding() {
        state = State.PADDING;
        return padding > 0 || endData();
    }

    private boolean padding(ByteBuf in) {
        int size = Math.min(padding, in.readableBytes());
        in.skipBytes(size);
        padding -= size;
        return padding > 0 || endData();
    }

    private boolean endData() {
        state = State.HEADER;
        return sink.dataEnds();
    }
}
