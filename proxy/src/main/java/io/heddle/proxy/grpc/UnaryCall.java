package io.heddle.proxy.grpc;

import org.jspecify.annotations.Nullable;

/// Waits for the one message and the good end that make an answer.
final class UnaryCall implements GrpcListener {
    private final UnaryListener listener;
    private byte @Nullable [] first;
    private boolean several;

    UnaryCall(UnaryListener listener) {
        this.listener = listener;
    }

    @Override
    public void message(byte[] message) {
        several = first != null;
        first = message;
    }

    @Override
    public void closed(GrpcStatus status) {
        var message = first;
        if (!status.isOk()) {
            listener.failed(status);
        } else if (message == null || several) {
            var fault = several ? "more than one message" : "no message";
            listener.failed(new GrpcStatus(GrpcCode.INTERNAL, fault + " answers a unary call"));
        } else {
            listener.answered(message);
        }
    }
}
