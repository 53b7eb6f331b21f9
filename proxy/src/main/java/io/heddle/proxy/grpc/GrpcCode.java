package io.heddle.proxy.grpc;

/// How a call ended (gRPC's status codes). Values stand in the order of their numbers.
public enum GrpcCode {
    OK,
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED;

    private static final GrpcCode[] BY_NUMBER = values();

    /// The code of this number; a number that gRPC does not know is [#UNKNOWN].
    static GrpcCode of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }

    /// Its number.
    @SuppressWarnings("EnumOrdinal") // that is how they are ordered
    int number() {
        return ordinal();
    }
}
