package io.heddle.proxy.grpc;

/// Who made a call. Called on the call's event loop; after [#closed] nothing more comes.
public interface GrpcListener {
    /// The call has a stream on a connection that stands: the server is there.
    default void opened() {}

    /// A message came; one for each that was asked for with [GrpcCall#request].
    void message(byte[] message);

    /// More can be sent now, after [GrpcCall#isWritable] said otherwise.
    default void writable() {}

    /// The call is over.
    void closed(GrpcStatus status);
}
