package io.heddle.traffic.runtime;

import io.heddle.traffic.match.AddressMatcher;
import java.util.List;

/// What a connection manager does to the heads of requests and answers, beside what routes and filters ask for.
///
/// @param client how the client's address is found and passed on
/// @param certificate what `x-forwarded-client-cert` tells of the client's certificate
/// @param host what is taken off the authority
/// @param underscores what becomes of header names with an underscore
/// @param requestIds how `x-request-id` is made
/// @param names what the proxy says of itself, and the scheme
public record HeadOptions(
        ClientAddress client,
        CertificateDetails certificate,
        HostRules host,
        Underscores underscores,
        RequestIds requestIds,
        Names names) {
    /// As little as there can be: names pass as they came, the connection's far end is the client.
    public static final HeadOptions DEFAULT = new HeadOptions(
            ClientAddress.DEFAULT,
            CertificateDetails.URI,
            HostRules.NONE,
            Underscores.ALLOW,
            RequestIds.DEFAULT,
            Names.DEFAULT);

    /// How the client's address is found and passed on.
    ///
    /// @param useRemote whether the client is the connection's far end (`use_remote_address`); else the last
    ///     address of `x-forwarded-for`
    /// @param trustedHops how many proxies in front are believed: so many addresses of `x-forwarded-for` are
    ///     theirs (`xff_num_trusted_hops`)
    /// @param skipAppend whether `x-forwarded-for` is left as it is (`skip_xff_append`)
    /// @param appendPort whether `x-forwarded-port` tells the port that was asked for (`append_x_forwarded_port`)
    /// @param internal where internal clients are, which get `x-envoy-internal` (`internal_address_config`);
    ///     empty: there are none
    public record ClientAddress(
            boolean useRemote, int trustedHops, boolean skipAppend, boolean appendPort, List<AddressMatcher> internal) {
        public static final ClientAddress DEFAULT = new ClientAddress(false, 0, false, false, List.of());

        public ClientAddress {
            internal = List.copyOf(internal);
        }
    }

    /// What an element of `x-forwarded-client-cert` tells, beside our own URI and the certificate's digest
    /// (`set_current_client_cert_details`).
    ///
    /// @param subject the subject's distinguished name
    /// @param cert the certificate, PEM
    /// @param chain the whole chain, PEM
    /// @param dns its DNS names
    /// @param uri its URI
    public record CertificateDetails(boolean subject, boolean cert, boolean chain, boolean dns, boolean uri) {
        public static final CertificateDetails URI = new CertificateDetails(false, false, false, false, true);
    }

    /// What is taken off the authority before routes and filters look at it.
    ///
    /// @param port which port
    /// @param trailingDot whether a dot at the host's end is (`strip_trailing_host_dot`)
    public record HostRules(StripPort port, boolean trailingDot) {
        public static final HostRules NONE = new HostRules(StripPort.NONE, false);
    }

    /// Which port is taken off an authority.
    public enum StripPort {
        NONE,
        /// The one that the client's connection went to (`strip_matching_host_port`).
        MATCHING,
        /// Any (`strip_any_host_port`).
        ANY
    }

    /// What becomes of header names with an underscore, which some applications read as a dash
    /// (`headers_with_underscores_action`).
    public enum Underscores {
        ALLOW,
        /// The request is answered 400.
        REJECT_REQUEST,
        /// The header is left out, before anybody looks at it.
        DROP_HEADER
    }

    /// How `x-request-id` is made.
    ///
    /// @param generate whether a request without one gets one (`generate_request_id`)
    /// @param preserveExternal whether one that an external client sent to an edge stays
    ///     (`preserve_external_request_id`)
    /// @param inResponse whether answers carry it, too (`always_set_request_id_in_response`)
    public record RequestIds(boolean generate, boolean preserveExternal, boolean inResponse) {
        public static final RequestIds DEFAULT = new RequestIds(true, false, false);
    }

    /// What the proxy says of itself, and the scheme.
    ///
    /// @param transformation what becomes of an answer's `server`
    /// @param server the proxy's own `server` (`server_name`)
    /// @param via what is appended to `via` of requests and answers; empty for nothing
    /// @param scheme which scheme is passed on
    /// @param originals whether the application gets `x-envoy-original-path` and `x-envoy-original-host` where
    ///     a route changes them (not with the router's `suppress_envoy_headers`)
    public record Names(ServerHeader transformation, String server, String via, Scheme scheme, boolean originals) {
        public static final Names DEFAULT = new Names(ServerHeader.PASS_THROUGH, "heddle", "", Scheme.RECEIVED, true);
    }

    /// What becomes of an answer's `server` (`server_header_transformation`). Answers made here always have ours.
    public enum ServerHeader {
        /// It is ours.
        OVERWRITE,
        /// It is ours where the application says none.
        APPEND_IF_ABSENT,
        /// It stays as it came.
        PASS_THROUGH
    }

    /// Which scheme is passed on to HTTP/2 hosts (`scheme_header_transformation`).
    public enum Scheme {
        /// The client's.
        RECEIVED,
        HTTP,
        HTTPS
    }
}
