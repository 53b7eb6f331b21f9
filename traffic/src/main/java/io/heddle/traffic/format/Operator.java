package io.heddle.traffic.format;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A command operator without arguments, called as Envoy calls it. What each says of a request, a [FormatSource]
/// knows.
public enum Operator {
    PROTOCOL,
    RESPONSE_CODE,
    RESPONSE_CODE_DETAILS,
    RESPONSE_FLAGS,
    /// The same in words, for example `NoRouteFound`.
    RESPONSE_FLAGS_LONG,
    GRPC_STATUS_NUMBER,
    BYTES_RECEIVED,
    BYTES_SENT,
    DURATION,
    REQUEST_DURATION,
    RESPONSE_DURATION,
    /// From the first byte of the answer to the last one that was sent on.
    RESPONSE_TX_DURATION,
    UPSTREAM_REQUEST_ATTEMPT_COUNT,
    /// The protocol that is spoken with the host, as [#PROTOCOL] with the client.
    UPSTREAM_PROTOCOL,
    UPSTREAM_HOST,
    /// The host's name, or its address where it has none.
    UPSTREAM_HOST_NAME,
    UPSTREAM_HOST_NAME_WITHOUT_PORT,
    UPSTREAM_REMOTE_ADDRESS,
    UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
    UPSTREAM_REMOTE_PORT,
    UPSTREAM_CLUSTER,
    UPSTREAM_CLUSTER_RAW,
    DOWNSTREAM_REMOTE_ADDRESS,
    DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
    DOWNSTREAM_REMOTE_PORT,
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS,
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT,
    DOWNSTREAM_DIRECT_REMOTE_PORT,
    DOWNSTREAM_LOCAL_ADDRESS,
    DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT,
    DOWNSTREAM_LOCAL_PORT,
    DOWNSTREAM_PEER_URI_SAN,
    DOWNSTREAM_PEER_DNS_SAN,
    DOWNSTREAM_PEER_SUBJECT,
    DOWNSTREAM_PEER_FINGERPRINT_256,
    DOWNSTREAM_PEER_CERT,
    DOWNSTREAM_LOCAL_URI_SAN,
    REQUESTED_SERVER_NAME,
    ROUTE_NAME,
    VIRTUAL_CLUSTER_NAME,
    VIRTUAL_HOST_NAME,
    HOSTNAME,
    STREAM_ID,
    /// The body of an answer made here, before it is formatted; octets, one char each. Nothing elsewhere.
    LOCAL_REPLY_BODY,
    /// The request's scheme, written `%REQ(:SCHEME)%`.
    SCHEME;

    private static final Map<String, Operator> BY_NAME = new HashMap<>();

    static {
        for (var operator : values()) {
            if (operator != SCHEME) {
                BY_NAME.put(operator.name(), operator);
            }
        }
    }

    /// Whether its value is a whole number, which JSON shows without quotes.
    boolean isNumber() {
        return switch (this) {
            case RESPONSE_CODE,
                    GRPC_STATUS_NUMBER,
                    BYTES_RECEIVED,
                    BYTES_SENT,
                    DURATION,
                    REQUEST_DURATION,
                    RESPONSE_DURATION,
                    RESPONSE_TX_DURATION,
                    UPSTREAM_REQUEST_ATTEMPT_COUNT,
                    UPSTREAM_REMOTE_PORT,
                    DOWNSTREAM_REMOTE_PORT,
                    DOWNSTREAM_DIRECT_REMOTE_PORT,
                    DOWNSTREAM_LOCAL_PORT -> true;
            case PROTOCOL,
                    RESPONSE_CODE_DETAILS,
                    RESPONSE_FLAGS,
                    RESPONSE_FLAGS_LONG,
                    UPSTREAM_PROTOCOL,
                    UPSTREAM_HOST,
                    UPSTREAM_HOST_NAME,
                    UPSTREAM_HOST_NAME_WITHOUT_PORT,
                    UPSTREAM_REMOTE_ADDRESS,
                    UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
                    UPSTREAM_CLUSTER,
                    UPSTREAM_CLUSTER_RAW,
                    DOWNSTREAM_REMOTE_ADDRESS,
                    DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT,
                    DOWNSTREAM_DIRECT_REMOTE_ADDRESS,
                    DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT,
                    DOWNSTREAM_LOCAL_ADDRESS,
                    DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT,
                    DOWNSTREAM_PEER_URI_SAN,
                    DOWNSTREAM_PEER_DNS_SAN,
                    DOWNSTREAM_PEER_SUBJECT,
                    DOWNSTREAM_PEER_FINGERPRINT_256,
                    DOWNSTREAM_PEER_CERT,
                    DOWNSTREAM_LOCAL_URI_SAN,
                    REQUESTED_SERVER_NAME,
                    ROUTE_NAME,
                    VIRTUAL_CLUSTER_NAME,
                    VIRTUAL_HOST_NAME,
                    HOSTNAME,
                    STREAM_ID,
                    LOCAL_REPLY_BODY,
                    SCHEME -> false;
        };
    }

    /// The operator called `name`; empty when there is none here.
    static Optional<Operator> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }
}
