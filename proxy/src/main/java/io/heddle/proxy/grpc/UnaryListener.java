package io.heddle.proxy.grpc;

/// Who made a call with one message each way. Called once, on the call's event loop.
public interface UnaryListener {
    /// The server answered.
    void answered(byte[] message);

    /// There is no answer.
    void failed(GrpcStatus status);
}
