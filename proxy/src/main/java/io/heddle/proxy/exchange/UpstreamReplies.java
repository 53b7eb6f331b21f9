package io.heddle.proxy.exchange;

import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import java.util.List;
import java.util.Optional;

/// The answers to requests that no upstream answered, in Envoy's words.
final class UpstreamReplies {
    private static final String RESET = "upstream connect error or disconnect/reset before headers. reset reason: ";
    /// The header that tells a client of an overloaded cluster, as Envoy sends it.
    private static final List<HeaderEdit> OVERLOADED =
            List.of(new HeaderEdit(HeaderEdit.Action.SET, HeaderName.of("x-envoy-overloaded"), "true"));

    static final LocalReply TOO_MANY_WAIT =
            LocalReply.of(503, "on-demand discovery overflow", ResponseFlag.UPSTREAM_OVERFLOW, "on_demand_overflow");
    static final LocalReply NO_HOST =
            LocalReply.of(503, "no healthy upstream", ResponseFlag.NO_HEALTHY_UPSTREAM, "no_healthy_upstream");
    static final LocalReply OVERFLOW = new LocalReply(
            503, RESET + "overflow", OVERLOADED, ResponseFlag.UPSTREAM_OVERFLOW, "overflow", Optional.empty());
    static final LocalReply REQUEST_TIMEOUT =
            LocalReply.of(504, "upstream request timeout", ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, "response_timeout");

    static final LocalReply TRY_TIMEOUT = LocalReply.of(
            504, "upstream request timeout", ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, "upstream_per_try_timeout");
    static final LocalReply TRY_IDLE = LocalReply.of(
            504, "upstream request timeout", ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, "upstream_per_try_idle_timeout");

    private UpstreamReplies() {}

    /// There is no cluster of that name.
    static LocalReply noCluster(int status) {
        return LocalReply.of(status, "", ResponseFlag.NO_CLUSTER_FOUND, "cluster_not_found");
    }

    /// The host that the request names is not known, in Envoy's words.
    static LocalReply unnamed(UpstreamFailure failure) {
        return switch (failure) {
            case TOO_MANY_NAMES ->
                LocalReply.of(503, "DNS cache overflow", ResponseFlag.UPSTREAM_OVERFLOW, "dns_cache_overflow");
            case TOO_MANY_QUESTIONS ->
                LocalReply.of(
                        503,
                        "Dynamic forward proxy pending request overflow",
                        ResponseFlag.UPSTREAM_OVERFLOW,
                        "dynamic_forward_proxy_pending_request_overflow");
            case NO_SUCH_NAME ->
                LocalReply.of(
                        503, "DNS resolution failure", ResponseFlag.DNS_RESOLUTION_FAILED, "dns_resolution_failure");
            case CONNECT_FAILED,
                    CONNECT_TIMEOUT,
                    OVERFLOW,
                    RESET_BEFORE_RESPONSE,
                    RESET_IN_RESPONSE,
                    REFUSED,
                    STREAM_RESET,
                    STREAM_RESET_IN_RESPONSE,
                    MALFORMED -> failed(failure);
        };
    }

    static LocalReply failed(UpstreamFailure failure) {
        var flag = switch (failure) {
            case CONNECT_FAILED, CONNECT_TIMEOUT -> ResponseFlag.UPSTREAM_CONNECTION_FAILURE;
            case OVERFLOW -> ResponseFlag.UPSTREAM_OVERFLOW;
            case RESET_BEFORE_RESPONSE, RESET_IN_RESPONSE -> ResponseFlag.UPSTREAM_CONNECTION_TERMINATION;
            case REFUSED, STREAM_RESET, STREAM_RESET_IN_RESPONSE -> ResponseFlag.UPSTREAM_REMOTE_RESET;
            case MALFORMED -> ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
            case NO_SUCH_NAME, TOO_MANY_NAMES, TOO_MANY_QUESTIONS -> ResponseFlag.DNS_RESOLUTION_FAILED;
        };
        if (failure == UpstreamFailure.OVERFLOW) {
            return OVERFLOW;
        }
        var details =
                "upstream_reset_before_response_started{" + failure.reason().replace(' ', '_') + "}";
        int status = failure == UpstreamFailure.MALFORMED ? 502 : 503;
        return LocalReply.of(status, RESET + failure.reason(), flag, details);
    }

    static final LocalReply SLOW_REQUEST =
            LocalReply.of(408, "request timeout", ResponseFlag.NONE, "request_overall_timeout");

    /// A try took longer than its cluster allows; `requestEnded` tells whether it was the upstream's turn.
    static LocalReply hostTooLong(boolean requestEnded) {
        return LocalReply.of(
                requestEnded ? 504 : 408,
                "upstream max stream duration reached",
                ResponseFlag.UPSTREAM_MAX_STREAM_DURATION_REACHED,
                "upstream_max_stream_duration_reached");
    }

    /// It lasted longer than any may.
    static LocalReply tooLong(boolean requestEnded) {
        return LocalReply.of(
                requestEnded ? 504 : 408,
                "downstream duration timeout",
                ResponseFlag.DURATION_TIMEOUT,
                "max_duration_timeout");
    }

    /// Nothing moved for too long; `requestEnded` tells whether it was the upstream's turn.
    static LocalReply idle(boolean requestEnded) {
        return LocalReply.of(
                requestEnded ? 504 : 408, "stream timeout", ResponseFlag.STREAM_IDLE_TIMEOUT, "stream_idle_timeout");
    }
}
