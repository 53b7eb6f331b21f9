package io.heddle.proxy.observe;

import java.util.Set;
import java.util.regex.Pattern;

/// The command operators of Envoy's access logs that say nothing here. A log that has them is written, with `-` in
/// their place, so that a format made for Envoy is no reason to refuse what has it.
final class EnvoyOperators {
    private static final Set<String> NAMES = Set.of(
            "ACCESS_LOG_TYPE",
            "CLUSTER_METADATA",
            "COMMON_DURATION",
            "CONNECTION_ID",
            "CONNECTION_TERMINATION_DETAILS",
            "CUSTOM_FLAGS",
            "EMIT_TIME",
            "EMIT_TIME_LOCAL",
            "ENVIRONMENT",
            "FILTER_CHAIN_NAME",
            "GRPC_STATUS",
            "HOSTNAME",
            "LOCAL_REPLY_BODY",
            "METADATA",
            "PATH",
            "QUERY_PARAM",
            "QUERY_PARAMS",
            "REQUEST_HEADERS_BYTES",
            "REQUEST_TX_DURATION",
            "RESP",
            "RESPONSE_FLAGS_LONG",
            "RESPONSE_HEADER",
            "RESPONSE_HEADERS_BYTES",
            "RESPONSE_TRAILERS_BYTES",
            "RESPONSE_TX_DURATION",
            "RESP_WITHOUT_QUERY",
            "ROUNDTRIP_DURATION",
            "SPAN_ID",
            "START_TIME_LOCAL",
            "STREAM_ID",
            "TLS_JA3_FINGERPRINT",
            "TLS_JA4_FINGERPRINT",
            "TRACE_ID",
            "TRAILER",
            "UNIQUE_ID",
            "UPSTREAM_CONNECTION_ID",
            "UPSTREAM_CONNECTION_POOL_READY_DURATION",
            "UPSTREAM_FILTER_STATE",
            "UPSTREAM_HOST_NAME",
            "UPSTREAM_HOST_NAME_WITHOUT_PORT",
            "UPSTREAM_METADATA",
            "UPSTREAM_PROTOCOL",
            "VIRTUAL_HOST_NAME");
    private static final Pattern SIDES = Pattern.compile("(?:UPSTREAM|DOWNSTREAM)_(?:"
            + "(?:WIRE|HEADER|DECOMPRESSED_HEADER)_BYTES_(?:SENT|RECEIVED)"
            + "|TRANSPORT_FAILURE_REASON|HANDSHAKE_DURATION|DETECTED_CLOSE_TYPE|LOCAL_CLOSE_REASON"
            + "|TLS_(?:VERSION|CIPHER|SESSION_ID)"
            + "|(?:LOCAL|REMOTE|DIRECT_LOCAL|DIRECT_REMOTE)_(?:ADDRESS(?:_WITHOUT_PORT|_ENDPOINT_ID)?|PORT)"
            + "|(?:LOCAL|PEER)_(?:URI_SAN|DNS_SAN|IP_SAN|EMAIL_SAN|OTHERNAME_SAN|SUBJECT)"
            + "|PEER_(?:ISSUER|SERIAL|CERT|CERT_V_START|CERT_V_END|FINGERPRINT_1|FINGERPRINT_256"
            + "|CHAIN_FINGERPRINTS_1|CHAIN_FINGERPRINTS_256|CHAIN_SERIALS))");

    private EnvoyOperators() {}

    /// Whether Envoy has the operator `name`.
    static boolean has(String name) {
        return NAMES.contains(name) || SIDES.matcher(name).matches();
    }
}
