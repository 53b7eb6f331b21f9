package io.heddle.traffic.request;

import java.util.List;
import java.util.Optional;

/// An answer made here instead of by the application. It always carries its cause.
///
/// @param status the HTTP status
/// @param body the body, plain text; may be empty
/// @param headers further header lines
/// @param flag the cause as a response flag
/// @param details the cause in one word for logs, as Envoy's `%RESPONSE_CODE_DETAILS%`, for example
///     `rbac_access_denied_matched_policy[none]`
/// @param denial which policies refused the request; empty for other causes
/// @param grpcStatus what clients of gRPC get as `grpc-status`; -1 follows from the HTTP status
public record LocalReply(
        int status,
        String body,
        List<HeaderEdit> headers,
        ResponseFlag flag,
        String details,
        Optional<Denial> denial,
        int grpcStatus) {
    /// What is answered while the proxy is short of memory (Envoy's overload manager).
    public static final LocalReply OVERLOADED = of(503, "overloaded\n", ResponseFlag.OVERLOAD_MANAGER, "overload");

    public LocalReply {
        headers = List.copyOf(headers);
    }

    /// A reply whose gRPC status follows from its HTTP status.
    public LocalReply(
            int status,
            String body,
            List<HeaderEdit> headers,
            ResponseFlag flag,
            String details,
            Optional<Denial> denial) {
        this(status, body, headers, flag, details, denial, -1);
    }

    /// The same with these further headers.
    public LocalReply withHeaders(List<HeaderEdit> others) {
        return new LocalReply(status, body, others, flag, details, denial, grpcStatus);
    }

    /// The same with this gRPC status.
    public LocalReply withGrpcStatus(int number) {
        return new LocalReply(status, body, headers, flag, details, denial, number);
    }

    /// A reply without further headers.
    public static LocalReply of(int status, String body, ResponseFlag flag, String details) {
        return new LocalReply(status, body, List.of(), flag, details, Optional.empty());
    }

    /// A refusal of what is no request.
    public static LocalReply malformed(int status, String body, String details) {
        return of(status, body, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, details);
    }

    /// A refusal by authorization.
    public static LocalReply denied(Denial denial, String details) {
        return new LocalReply(403, "RBAC: access denied", List.of(), ResponseFlag.NONE, details, Optional.of(denial));
    }
}
