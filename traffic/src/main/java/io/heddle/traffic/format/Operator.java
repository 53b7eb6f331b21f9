package io.heddle.traffic.format;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A command operator without arguments, called as Envoy calls it. What each says of a request, a [FormatSource]
/// knows.
public enum Operator {
    PROTOCOL,
    RESPONSE_CODE(true),
    RESPONSE_CODE_DETAILS,
    RESPONSE_FLAGS,
    /// The same in words, for example `NoRouteFound`.
    RESPONSE_FLAGS_LONG,
    GRPC_STATUS_NUMBER(true),
    BYTES_RECEIVED(true),
    BYTES_SENT(true),
    /// Of QUIC, which nobody speaks here: 0.
    BYTES_RETRANSMITTED(true),
    /// The same in packets.
    PACKETS_RETRANSMITTED(true),
    DURATION(true),
    REQUEST_DURATION(true),
    /// Until the last byte of the request was sent to the host.
    REQUEST_TX_DURATION(true),
    RESPONSE_DURATION(true),
    /// From the first byte of the answer to the last one that was sent on.
    RESPONSE_TX_DURATION(true),
    /// Of HTTP/3 alone, so that nothing is said here.
    ROUNDTRIP_DURATION(true),
    /// Until there was a connection for the request.
    UPSTREAM_CONNECTION_POOL_READY_DURATION(true),
    UPSTREAM_REQUEST_ATTEMPT_COUNT(true),
    /// The protocol that is spoken with the host, as [#PROTOCOL] with the client.
    UPSTREAM_PROTOCOL,
    UPSTREAM_HOST(About.HOST),
    /// The host's name, or its address where it has none.
    UPSTREAM_HOST_NAME(About.HOST),
    UPSTREAM_HOST_NAME_WITHOUT_PORT(About.HOST),
    UPSTREAM_REMOTE_ADDRESS(About.HOST_CONNECTION),
    UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(About.HOST_CONNECTION),
    UPSTREAM_REMOTE_PORT(About.HOST_CONNECTION, true),
    UPSTREAM_CLUSTER,
    UPSTREAM_CLUSTER_RAW,
    /// The host to which the last connection stood.
    UPSTREAM_HOSTS_ATTEMPTED(About.HOST_CONNECTION),
    UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT(About.HOST_CONNECTION),
    UPSTREAM_HOST_NAMES_ATTEMPTED(About.HOST_CONNECTION),
    UPSTREAM_CONNECTION_IDS_ATTEMPTED(About.HOST_CONNECTION),
    /// The number of the connection to the host; 0 without.
    UPSTREAM_CONNECTION_ID(About.HOST_CONNECTION, true),
    UPSTREAM_LOCAL_ADDRESS(About.HOST_CONNECTION),
    UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT(About.HOST_CONNECTION),
    UPSTREAM_LOCAL_PORT(About.HOST_CONNECTION, true),
    /// The SNI name that the host was asked for.
    UPSTREAM_SERVER_NAME(About.HOST_CONNECTION),
    UPSTREAM_TLS_VERSION(About.HOST_TLS),
    UPSTREAM_TLS_CIPHER(About.HOST_TLS),
    UPSTREAM_TLS_SESSION_ID(About.HOST_TLS),
    UPSTREAM_PEER_SUBJECT(About.HOST_TLS),
    UPSTREAM_PEER_ISSUER(About.HOST_TLS),
    UPSTREAM_PEER_CERT(About.HOST_TLS),
    UPSTREAM_PEER_URI_SAN(About.HOST_TLS),
    UPSTREAM_PEER_DNS_SAN(About.HOST_TLS),
    UPSTREAM_PEER_IP_SAN(About.HOST_TLS),
    UPSTREAM_LOCAL_URI_SAN(About.HOST_TLS),
    UPSTREAM_LOCAL_DNS_SAN(About.HOST_TLS),
    UPSTREAM_LOCAL_IP_SAN(About.HOST_TLS),
    /// The number of the client's connection.
    CONNECTION_ID(true),
    DOWNSTREAM_REMOTE_ADDRESS(About.CLIENT),
    DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(About.CLIENT),
    DOWNSTREAM_REMOTE_PORT(About.CLIENT, true),
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS(About.CLIENT),
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT(About.CLIENT),
    DOWNSTREAM_DIRECT_REMOTE_PORT(About.CLIENT, true),
    DOWNSTREAM_LOCAL_ADDRESS(About.CLIENT),
    DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT(About.CLIENT),
    DOWNSTREAM_LOCAL_PORT(About.CLIENT, true),
    /// The near end of the client's connection, wherever it was meant to go.
    DOWNSTREAM_DIRECT_LOCAL_ADDRESS(About.CLIENT),
    DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT(About.CLIENT),
    DOWNSTREAM_DIRECT_LOCAL_PORT(About.CLIENT, true),
    REQUESTED_SERVER_NAME(About.CLIENT),
    DOWNSTREAM_TLS_VERSION(About.CLIENT_TLS),
    DOWNSTREAM_TLS_CIPHER(About.CLIENT_TLS),
    DOWNSTREAM_TLS_SESSION_ID(About.CLIENT_TLS),
    DOWNSTREAM_PEER_SUBJECT(About.CLIENT_TLS),
    DOWNSTREAM_PEER_ISSUER(About.CLIENT_TLS),
    DOWNSTREAM_PEER_SERIAL(About.CLIENT_TLS),
    DOWNSTREAM_PEER_CHAIN_SERIALS(About.CLIENT_TLS),
    DOWNSTREAM_PEER_FINGERPRINT_1(About.CLIENT_TLS),
    DOWNSTREAM_PEER_FINGERPRINT_256(About.CLIENT_TLS),
    DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1(About.CLIENT_TLS),
    DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256(About.CLIENT_TLS),
    DOWNSTREAM_PEER_CERT(About.CLIENT_TLS),
    DOWNSTREAM_PEER_URI_SAN(About.CLIENT_TLS),
    DOWNSTREAM_PEER_DNS_SAN(About.CLIENT_TLS),
    DOWNSTREAM_PEER_IP_SAN(About.CLIENT_TLS),
    DOWNSTREAM_PEER_EMAIL_SAN(About.CLIENT_TLS),
    DOWNSTREAM_PEER_OTHERNAME_SAN(About.CLIENT_TLS),
    DOWNSTREAM_LOCAL_SUBJECT(About.CLIENT_TLS),
    DOWNSTREAM_LOCAL_URI_SAN(About.CLIENT_TLS),
    DOWNSTREAM_LOCAL_DNS_SAN(About.CLIENT_TLS),
    DOWNSTREAM_LOCAL_IP_SAN(About.CLIENT_TLS),
    DOWNSTREAM_LOCAL_EMAIL_SAN(About.CLIENT_TLS),
    DOWNSTREAM_LOCAL_OTHERNAME_SAN(About.CLIENT_TLS),
    ROUTE_NAME,
    VIRTUAL_CLUSTER_NAME,
    VIRTUAL_HOST_NAME,
    HOSTNAME,
    /// The name of the filter chain that the client's connection came by.
    FILTER_CHAIN_NAME,
    STREAM_ID,
    /// A random UUID, another one wherever it is asked for.
    UNIQUE_ID,
    /// When a log is written: `DownstreamEnd`, of relayed bytes `TcpConnectionEnd`; elsewhere `NotSet`.
    ACCESS_LOG_TYPE,
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

    private final About about;
    private final boolean number;

    Operator() {
        this(About.REQUEST, false);
    }

    Operator(boolean number) {
        this(About.REQUEST, number);
    }

    Operator(About about) {
        this(about, false);
    }

    Operator(About about, boolean number) {
        this.about = about;
        this.number = number;
    }

    /// What an operator tells of.
    public enum About {
        /// The request, or the connection that is relayed: what became of it.
        REQUEST,
        /// Both ends of the client's connection, and what it asked for.
        CLIENT,
        /// TLS with the client, and the certificates shown.
        CLIENT_TLS,
        /// The host that was chosen.
        HOST,
        /// The connection to the host.
        HOST_CONNECTION,
        /// TLS with the host, and the certificates shown.
        HOST_TLS
    }

    /// What it tells of.
    public About about() {
        return about;
    }

    /// Whether its value is a whole number, which JSON shows without quotes.
    boolean isNumber() {
        return number;
    }

    /// The operator called `name`; empty when there is none here.
    static Optional<Operator> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }
}
