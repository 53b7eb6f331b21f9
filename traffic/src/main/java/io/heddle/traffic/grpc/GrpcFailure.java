package io.heddle.traffic.grpc;

/// How a failure that HTTP tells is told to a client of gRPC.
public final class GrpcFailure {
    private static final int UNKNOWN = 2;
    private static final int PERMISSION_DENIED = 7;
    private static final int UNIMPLEMENTED = 12;
    private static final int INTERNAL = 13;
    private static final int UNAVAILABLE = 14;
    private static final int UNAUTHENTICATED = 16;
    private static final String DIGITS = "0123456789ABCDEF";

    private GrpcFailure() {}

    /// The `grpc-status` that an HTTP status stands for, by gRPC's own mapping of those that are not its own.
    public static int status(int http) {
        return switch (http) {
            case 400 -> INTERNAL;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }

    /// A text in UTF-8 as `grpc-message` has it: percent-encoded but for printable ASCII.
    public static String message(byte[] text) {
        var encoded = new StringBuilder(text.length);
        for (byte octet : text) {
            if (octet >= ' ' && octet <= '~' && octet != '%') {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(DIGITS.charAt((octet >> 4) & 0xf)).append(DIGITS.charAt(octet & 0xf));
            }
        }
        return encoded.toString();
    }
}
