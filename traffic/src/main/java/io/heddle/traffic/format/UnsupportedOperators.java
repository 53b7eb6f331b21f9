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
            "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
            "FILTER_CHAIN_NAME",
            "PER_REQUEST_STATE",
            "TRACE_ID",
            "UPSTREAM_FILTER_STATE",
            "UPSTREAM_TRANSPORT_FAILURE_REASON");
    private static final Set<String> NAMES = Set.of(
            "ACCESS_LOG_TYPE",
            "COMMON_DURATION",
            "CONNECTION_ID",
            "CUSTOM_FLAGS",
            "EMIT_TIME",
            "EMIT_TIME_LOCAL",
            "ENVIRONMENT",
            "GRPC_STATUS",
            "QUERY_PARAMS",
            "REQUEST_HEADERS_BYTES",
            "REQUEST_TX_DURATION",
            "RESPONSE_HEADERS_BYTES",
            "RESPONSE_TRAILERS_BYTES",
            "RESP_WITHOUT_QUERY",
            "ROUNDTRIP_DURATION",
            "SPAN_ID",
            "START_TIME_LOCAL",
            "TLS_JA3_FINGERPRINT",
            "TLS_JA4_FINGERPRINT",
            "UNIQUE_ID",
            "UPSTREAM_CONNECTION_ID",
            "UPSTREAM_CONNECTION_POOL_READY_DURATION");
    private static final Pattern SIDES = Pattern.compile("(?:UPSTREAM|DOWNSTREAM)_(?:"
            + "(?:WIRE|HEADER|DECOMPRESSED_HEADER)_BYTES_(?:SENT|RECEIVED)"
            + "|TRANSPORT_FAILURE_REASON|HANDSHAKE_DURATION|DETECTED_CLOSE_TYPE|LOCAL_CLOSE_REASON"
            + "|TLS_(?:VERSION|CIPHER|SESSION_ID)"
            + "|(?:LOCAL|REMOTE|DIRECT_LOCAL|DIRECT_REMOTE)_(?:ADDRESS(?:_WITHOUT_PORT|_ENDPOINT_ID)?|PORT)"
            + "|(?:LOCAL|PEER)_(?:URI_SAN|DNS_SAN|IP_SAN|EMAIL_SAN|OTHERNAME_SAN|SUBJECT)"
            + "|PEER_(?:ISSUER|SERIAL|CERT|CERT_V_START|CERT_V_END|FINGERPRINT_1|FINGERPRINT_256"
            + "|CHAIN_FINGERPRINTS_1|CHAIN_FINGERPRINTS_256|CHAIN_SERIALS))");

    private UnsupportedOperators() {}

    /// Whether Envoy has an operator called `name` that is not among those that are known here.
    public static boolean has(String name) {
        return EMPTY.contains(name)
                || NAMES.contains(name)
                || (Operator.named(name).isEmpty() && SIDES.matcher(name).matches());
    }

    /// Whether such an operator is empty in headers, too.
    static boolean isEmpty(String name) {
        return EMPTY.contains(name);
    }
}
