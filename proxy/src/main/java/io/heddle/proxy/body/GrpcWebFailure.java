package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.grpc.GrpcFailure;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;

/// Makes an answer that is none of gRPC one of gRPC-Web that failed: nothing but a last frame, which tells the status
/// and, percent-encoded as gRPC has it, the beginning of what came.
final class GrpcWebFailure implements BodyTransform {
    private static final int LONGEST = 1024;

    private final BodyChange.ToGrpcWebFailure change;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream(0);

    GrpcWebFailure(BodyChange.ToGrpcWebFailure change) {
        this.change = change;
    }

    @Override
    public void piece(ByteBuf piece, BodyOutput out) {
        while (change.quotes() && message.size() < LONGEST && piece.isReadable()) {
            message.write(piece.readByte());
        }
        piece.release();
    }

    @Override
    public void pause(BodyOutput out) {
        // There is nothing before the end.
    }

    @Override
    public void end(HeaderLines trailers, BodyOutput out) {
        var lines = new HeaderLines();
        lines.addOwnLine("grpc-status", Integer.toString(change.status()));
        if (message.size() > 0) {
            lines.addOwnLine("grpc-message", GrpcFailure.message(message.toByteArray()));
        }
        new GrpcWebEncoding(change.text()).end(lines, out);
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public void close() {
        // It holds some text at most.
    }
}
