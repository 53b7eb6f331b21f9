package io.heddle.proxy.grpc;

/// How a call ended, and why.
///
/// @param code the code
/// @param message for people: the server's words, or ours when the call did not get that far; may be empty
public record GrpcStatus(GrpcCode code, String message) {
    /// Whether the call succeeded.
    public boolean isOk() {
        return code == GrpcCode.OK;
    }

    /// Both in one line.
    @Override
    public String toString() {
        return message.isEmpty() ? code.name() : code + ": " + message;
    }
}
