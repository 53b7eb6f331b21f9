package io.heddle.proxy.observe;

import io.heddle.traffic.request.ResponseFlag;

/// What is counted of a connection manager's finished requests besides their statuses, with Envoy's names of
/// `http.<stat_prefix>.…`.
enum RequestFigure {
    HTTP1("downstream_rq_http1_total", "Requests of HTTP/1."),
    HTTP2("downstream_rq_http2_total", "Requests of HTTP/2."),
    ROUTED("rq_total", "Requests that passed all filters."),
    DIRECT("rq_direct_response", "Of these, answered by their route, redirects among them."),
    NO_ROUTE("no_route", "Of these, without a route."),
    NO_CLUSTER("no_cluster", "Of these, whose cluster there is not."),
    HEADER_TIMEOUT("downstream_rq_header_timeout", "Requests whose head took too long."),
    TIMEOUT("downstream_rq_timeout", "Requests that took the client too long."),
    IDLE_TIMEOUT("downstream_rq_idle_timeout", "Requests in which nothing moved for too long."),
    MAX_DURATION("downstream_rq_max_duration_reached", "Requests that lasted too long."),
    OVERLOAD("downstream_rq_overload_close", "Requests refused for overload."),
    TOO_LARGE("downstream_rq_too_large", "Requests whose body was too large to be kept."),
    PATH("downstream_rq_failed_path_normalization", "Requests whose path could not be normalized."),
    UPGRADE("downstream_rq_ws_on_non_ws_route", "Requests for another protocol than the route carries."),
    RECEIVED_RESET("downstream_rq_rx_reset", "Requests that clients gave up."),
    BROKEN("rq_reset_after_downstream_response_started", "Requests whose answer broke off.");

    private static final String VIA_UPSTREAM = "via_upstream";

    private final String stat;
    private final String help;

    RequestFigure(String stat, String help) {
        this.stat = stat;
        this.help = help;
    }

    /// Envoy's name.
    String stat() {
        return stat;
    }

    /// What it means, for people.
    String help() {
        return help;
    }

    /// The bits of the figures that a finished request counts in.
    static int of(RequestTimeline timeline) {
        int bits = protocol(timeline.protocol);
        if (timeline.forwarded) {
            bits |= ROUTED.bit();
        }
        return timeline.details.equals(VIA_UPSTREAM) ? bits : bits | unusual(timeline);
    }

    private static int protocol(String protocol) {
        return protocol.equals("HTTP/2") ? HTTP2.bit() : protocol.isEmpty() ? 0 : HTTP1.bit();
    }

    private static int unusual(RequestTimeline timeline) {
        int bits = switch (timeline.details) {
            case "direct_response" -> ROUTED.bit() | DIRECT.bit();
            case "route_not_found" -> ROUTED.bit() | NO_ROUTE.bit();
            case "cluster_not_found" -> ROUTED.bit() | NO_CLUSTER.bit();
            case "request_header_timeout" -> HEADER_TIMEOUT.bit();
            case "request_overall_timeout" -> TIMEOUT.bit();
            case "stream_idle_timeout" -> IDLE_TIMEOUT.bit();
            case "max_duration_timeout" -> MAX_DURATION.bit();
            case "overload" -> OVERLOAD.bit();
            case "request_payload_too_large" -> TOO_LARGE.bit();
            case "path_normalization_failed" -> PATH.bit();
            case "upgrade_failed" -> UPGRADE.bit();
            default -> 0;
        };
        if (timeline.flag == ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION) {
            return bits | RECEIVED_RESET.bit();
        }
        boolean broke = timeline.responseHeadReceived != 0 && timeline.status != 0 && !timeline.answerComplete;
        return broke ? bits | BROKEN.bit() : bits;
    }

    /// Its place among all of them.
    @SuppressWarnings("EnumOrdinal") // Nobody keeps it.
    int place() {
        return ordinal();
    }

    private int bit() {
        return 1 << place();
    }
}
