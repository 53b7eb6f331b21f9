package io.heddle.traffic.format;

import java.util.Set;
import java.util.regex.Pattern;

/// The command operators of Envoy's that say nothing here, as what they tell is not kept. Who reads a format decides
/// what that means: a log has `-` there, so that a format made for Envoy is no reason to refuse what has it; a
/// header is refused, as an application may rely on it, but for those that often say nothing in Envoy either.
public final class UnsupportedOperators {
    private static final Set<String> EMPTY = Set.of(
            "CLUSTER_METADATA",
            "CONNECTION_TERMINATION_DETAILS",
            "CUSTOM_FLAGS",
            "DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID",
            "DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID",
            "DOWNSTREAM_LOCAL_CLOSE_REASON",
            "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
            "PER_REQUEST_STATE",
            "SPAN_ID",
            "TLS_JA3_FINGERPRINT",
            "TLS_JA4_FINGERPRINT",
            "TRACE_ID",
            "UPSTREAM_FILTER_STATE",
            "UPSTREAM_LOCAL_CLOSE_REASON",
            "UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID",
            "UPSTREAM_TRANSPORT_FAILURE_REASON");
    private static final Set<String> NAMES = Set.of(
            "CEL",
            "DOWNSTREAM_CX_RTT",
            "REQUEST_HEADERS_BYTES",
            "RESPONSE_HEADERS_BYTES",
            "RESPONSE_TRAILERS_BYTES",
            "RESP_WITHOUT_QUERY");
    private static final Pattern SIDES = Pattern.compile("(?:UPSTREAM|DOWNSTREAM)_(?:"
            + "(?:WIRE|HEADER|DECOMPRESSED_HEADER)_BYTES_(?:SENT|RECEIVED)"
            + "|HANDSHAKE_DURATION|DETECTED_CLOSE_TYPE|TLS_GROUP)");

    private UnsupportedOperators() {}

    /// Whether Envoy has an operator called `name` that is not among those that are known here.
    public static boolean has(String name) {
        return EMPTY.contains(name)
                || NAMES.contains(name)
                || SIDES.matcher(name).matches();
    }

    /// Whether such an operator is empty in headers, too.
    static boolean isEmpty(String name) {
        return EMPTY.contains(name);
    }
}
