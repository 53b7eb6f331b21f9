package io.heddle.xds.read.route;

import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.resilience.retry.Timeouts.GrpcTimeouts;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Reads how long a route's requests may take.
final class TimeoutsReader {
    private static final Fields<RouteAction.MaxStreamDuration> DURATION = Fields.ignoringOthers(
                    RouteAction.MaxStreamDuration.class)
            .reads("max_stream_duration", "grpc_timeout_header_max", "grpc_timeout_header_offset");

    /// What of it is read.
    static final List<Fields<?>> FIELDS = List.of(DURATION);

    private TimeoutsReader() {}

    /// As in Envoy, a route with `max_stream_duration` has no `timeout`.
    static Timeouts read(RouteAction message, RetryReader.Retry retry, Scope scope) {
        boolean byDuration = message.hasMaxStreamDuration();
        var request = message.hasTimeout()
                ? Values.duration(message.getTimeout(), Duration.ZERO, scope.at("timeout"))
                : Timeouts.DEFAULT.request();
        if (byDuration && message.hasTimeout() && !request.isZero()) {
            scope.at("timeout").warning("has no effect beside max_stream_duration, as in Envoy", "remove one of them");
        }
        return new Timeouts(
                byDuration ? Duration.ZERO : request,
                retry.perTry(),
                retry.perTryIdle(),
                message.hasIdleTimeout()
                        ? Optional.of(
                                Values.duration(message.getIdleTimeout(), Duration.ZERO, scope.at("idle_timeout")))
                        : Timeouts.DEFAULT.idle(),
                byDuration ? ofStream(message.getMaxStreamDuration(), scope) : ofAnswer(message, scope));
    }

    private static Optional<GrpcTimeouts> ofStream(RouteAction.MaxStreamDuration message, Scope scope) {
        var here = scope.at("max_stream_duration");
        here.check(message, DURATION);
        if (!message.hasGrpcTimeoutHeaderMax()) {
            return Optional.empty();
        }
        return Optional.of(new GrpcTimeouts(
                Values.duration(message.getGrpcTimeoutHeaderMax(), Duration.ZERO, here.at("grpc_timeout_header_max")),
                Values.duration(
                        message.getGrpcTimeoutHeaderOffset(), Duration.ZERO, here.at("grpc_timeout_header_offset")),
                false));
    }

    @SuppressWarnings("deprecation") // older control planes write it
    private static Optional<GrpcTimeouts> ofAnswer(RouteAction message, Scope scope) {
        if (!message.hasMaxGrpcTimeout()) {
            return Optional.empty();
        }
        return Optional.of(new GrpcTimeouts(
                Values.duration(message.getMaxGrpcTimeout(), Duration.ZERO, scope.at("max_grpc_timeout")),
                Values.duration(message.getGrpcTimeoutOffset(), Duration.ZERO, scope.at("grpc_timeout_offset")),
                true));
    }
}
