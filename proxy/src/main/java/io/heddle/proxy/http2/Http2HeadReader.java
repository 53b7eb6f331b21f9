package io.heddle.proxy.http2;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http2.field.RequestFields;
import io.heddle.proxy.http2.field.ResponseFields;
import io.heddle.proxy.http2.field.TrailerFields;
import io.heddle.proxy.http2.hpack.FieldSink;
import io.heddle.proxy.http2.hpack.HpackDecoder;
import io.heddle.traffic.request.Span;
import java.util.Arrays;

/// What a connection receives in header blocks: gathers them where they come in several frames, decodes them, and
/// opens, answers or ends streams by them.
final class Http2HeadReader {
    private static final int MAX_CONTINUATIONS = 64;
    private static final FieldSink NOWHERE = (_, _, _, _, _) -> {};

    private final Http2Connection connection;
    private final int maxBytes;
    private final HpackDecoder decoder;
    private final RequestFields requests;
    private final ResponseFields responses;
    private final TrailerFields trailers = new TrailerFields();
    private byte[] block = {};
    private int blockLength;
    private int blockStream;
    private boolean blockEnds;
    private int continuations;

    Http2HeadReader(Http2Connection connection, Http2HeadLimits limits) {
        this.connection = connection;
        this.maxBytes = limits.maxBytes();
        this.decoder = new HpackDecoder(limits.options().headerTableSize());
        this.responses = new ResponseFields(limits.maxLines());
        this.requests = new RequestFields(limits.maxLines(), limits.options().allowConnect());
    }

    /// Whether the last block is still to be continued.
    boolean incomplete() {
        return blockStream != 0;
    }

    /// The stream of the incomplete block.
    int stream() {
        return blockStream;
    }

    /// The peer knows our settings.
    void settingsAcknowledged() {
        decoder.acknowledged(connection.options().headerTableSize());
    }

    private boolean fail(Http2Error error, String reason) {
        connection.fail(error, reason);
        return false;
    }

    boolean headers(int flags, int id, byte[] payload, int length) {
        if (id == 0 || (connection.server() && (id & 1) == 0)) {
            return fail(Http2Error.PROTOCOL_ERROR, "HEADERS on a stream that no client may open");
        }
        boolean padded = (flags & Frames.PADDED) != 0;
        boolean prioritized = (flags & Frames.HAS_PRIORITY) != 0;
        int from = (padded ? 1 : 0) + (prioritized ? 5 : 0);
        int to = length - (padded && length > 0 ? payload[0] & 0xff : 0);
        if (from > to) {
            return fail(Http2Error.PROTOCOL_ERROR, "a frame's padding is longer than the frame");
        }
        boolean itself = prioritized && (Frames.readInt(payload, from - 5) & Integer.MAX_VALUE) == id;
        boolean ends = (flags & Frames.END_STREAM) != 0;
        if ((flags & Frames.END_HEADERS) == 0) {
            return begin(id, ends, payload, Span.of(from, to));
        }
        boolean going = block(id, ends, payload, Span.of(from, to));
        if (going && itself) {
            dependsOnItself(id);
        }
        return going && !connection.over();
    }

    private void dependsOnItself(int id) {
        var stream = connection.stream(id);
        if (stream.opened) {
            connection.fault(stream, Http2Error.PROTOCOL_ERROR);
        }
    }

    private boolean begin(int id, boolean ends, byte[] payload, long span) {
        blockStream = id;
        blockEnds = ends;
        blockLength = 0;
        continuations = 0;
        return gather(payload, Span.start(span), Span.length(span));
    }

    private boolean gather(byte[] payload, int from, int size) {
        if (blockLength + size > maxBytes || continuations > MAX_CONTINUATIONS) {
            connection.flooded(Flood.CONTINUATION);
            return false;
        }
        if (blockLength + size > block.length) {
            block = Arrays.copyOf(block, Math.max(blockLength + size, block.length * 2));
        }
        System.arraycopy(payload, from, block, blockLength, size);
        blockLength += size;
        return true;
    }

    boolean continuation(int flags, int id, byte[] payload, int length) {
        if (blockStream == 0 || id != blockStream) {
            return fail(Http2Error.PROTOCOL_ERROR, "CONTINUATION without HEADERS");
        }
        continuations++;
        if (!gather(payload, 0, length)) {
            return false;
        }
        if ((flags & Frames.END_HEADERS) == 0) {
            return true;
        }
        blockStream = 0;
        var whole = block;
        block = new byte[0];
        return block(id, blockEnds, whole, Span.of(0, blockLength));
    }

    /// A whole block has come.
    private boolean block(int id, boolean ends, byte[] bytes, long span) {
        connection.guard().useful();
        var stream = connection.stream(id);
        if (stream.opened) {
            return further(stream, ends, bytes, span);
        }
        if (connection.server() && connection.numbers().noteRemote(id)) {
            return connection.numbers().ignoresNew() ? skip(bytes, span) : request(id, ends, bytes, span);
        }
        if (connection.numbers().isIdle(id)) {
            return fail(Http2Error.PROTOCOL_ERROR, "HEADERS on a stream that was never opened");
        }
        boolean late = !connection.server() || connection.numbers().mayLinger(id);
        return late ? skip(bytes, span) : fail(Http2Error.STREAM_CLOSED, "HEADERS on a closed stream");
    }

    private boolean decode(byte[] bytes, long span, FieldSink sink) {
        return decoder.decode(bytes, span, maxBytes, sink)
                || fail(Http2Error.COMPRESSION_ERROR, "a header block cannot be decoded");
    }

    /// Decodes a block that concerns nobody, as the table must stay the sender's.
    private boolean skip(byte[] bytes, long span) {
        return decode(bytes, span, NOWHERE);
    }

    private HeadResult sized(HeadResult result) {
        return decoder.tooLarge() ? HeadResult.HEAD_TOO_LARGE : result;
    }

    private boolean request(int id, boolean ends, byte[] bytes, long span) {
        if (connection.active() >= connection.options().maxConcurrentStreams()) {
            connection.outbound().reset(id, Http2Error.REFUSED_STREAM);
            return skip(bytes, span);
        }
        var stream = connection.accept(id);
        requests.begin(stream.request());
        if (!decode(bytes, span, requests)) {
            connection.rejected(stream);
            return false;
        }
        var result = sized(requests.complete());
        boolean tooLarge = result.status() == HeadResult.HEAD_TOO_LARGE.status();
        long length = stream.request().lines().contentLength();
        boolean good = result == HeadResult.DONE && !(ends && length > 0);
        if (!good && !tooLarge) {
            connection.rejected(stream);
            connection.outbound().reset(id, Http2Error.PROTOCOL_ERROR);
            connection.floodOfResets();
            return !connection.over();
        }
        connection.opened(stream);
        stream.headReceived = true;
        stream.expected = length;
        stream.remoteEnded = ends;
        if (tooLarge) {
            stream.listener().refused(result);
        } else {
            stream.listener().head(ends);
        }
        return endedAfter(stream, id, ends);
    }

    /// Hands on the end that came with a head.
    private boolean endedAfter(Http2Stream stream, int id, boolean ends) {
        if (ends && stream.opened && stream.id == id) {
            stream.receivedEnd();
            closeIfDone(stream, id);
        }
        return !connection.over();
    }

    private void closeIfDone(Http2Stream stream, int id) {
        if (stream.opened && stream.id == id && !stream.closed && stream.localEnded) {
            connection.close(stream);
        }
    }

    /// Another block of a stream that is open: the answer's head, an interim one, or trailers.
    private boolean further(Http2Stream stream, boolean ends, byte[] bytes, long span) {
        if (stream.remoteEnded) {
            boolean good = skip(bytes, span);
            connection.fault(stream, Http2Error.STREAM_CLOSED);
            return good && !connection.over();
        }
        return stream.headReceived ? trailers(stream, ends, bytes, span) : response(stream, ends, bytes, span);
    }

    private boolean trailers(Http2Stream stream, boolean ends, byte[] bytes, long span) {
        trailers.begin(stream.trailers());
        if (!decode(bytes, span, trailers)) {
            return false;
        }
        if (!ends || sized(trailers.complete()) != HeadResult.DONE) {
            connection.fault(stream, Http2Error.PROTOCOL_ERROR);
            return !connection.over();
        }
        ended(stream);
        return !connection.over();
    }

    private boolean response(Http2Stream stream, boolean ends, byte[] bytes, long span) {
        var head = stream.response();
        responses.begin(head);
        if (!decode(bytes, span, responses)) {
            return false;
        }
        boolean good = sized(responses.complete()) == HeadResult.DONE;
        boolean interim = good && head.status() < 200;
        if (!good || (interim && ends)) {
            connection.fault(stream, Http2Error.PROTOCOL_ERROR);
            return !connection.over();
        }
        if (interim) {
            if (stream.isHeard()) {
                stream.listener().interim();
            }
            return !connection.over();
        }
        stream.headReceived = true;
        boolean bodiless = stream.bodiless || head.bodiless();
        stream.expected = bodiless ? 0 : head.lines().contentLength();
        if (ends && !bodiless && stream.expected > 0) {
            connection.fault(stream, Http2Error.PROTOCOL_ERROR);
            return !connection.over();
        }
        stream.remoteEnded = ends;
        int id = stream.id;
        if (stream.isHeard()) {
            stream.listener().head(ends);
        }
        return endedAfter(stream, id, ends);
    }

    /// The peer's side of a stream is complete, after data or trailers.
    void ended(Http2Stream stream) {
        if (stream.expected >= 0 && stream.receivedBytes != stream.expected) {
            connection.fault(stream, Http2Error.PROTOCOL_ERROR);
            return;
        }
        int id = stream.id;
        stream.remoteEnded = true;
        stream.receivedEnd();
        closeIfDone(stream, id);
    }
}
