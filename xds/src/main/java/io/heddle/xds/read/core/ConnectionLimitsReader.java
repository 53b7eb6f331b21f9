package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.heddle.traffic.runtime.ConnectionLimits;
import java.util.List;

/// Reads how long connections are used.
public final class ConnectionLimitsReader {
    private static final Fields<HttpProtocolOptions> OPTIONS = Fields.ignoringOthers(HttpProtocolOptions.class)
            .reads("idle_timeout", "max_requests_per_connection", "max_connection_duration");

    /// What of the limits of connections is read.
    static final List<Fields<?>> FIELDS = List.of(OPTIONS);

    private ConnectionLimitsReader() {}

    static ConnectionLimits read(HttpProtocolOptions message, Scope scope) {
        scope.check(message, OPTIONS);
        return limits(message, scope);
    }

    /// What a message says of them whose other fields are read elsewhere.
    public static ConnectionLimits limits(HttpProtocolOptions message, Scope scope) {
        var standard = ConnectionLimits.DEFAULT;
        int requests = message.getMaxRequestsPerConnection().getValue();
        return new ConnectionLimits(
                message.hasIdleTimeout()
                        ? Values.duration(message.getIdleTimeout(), standard.idle(), scope.at("idle_timeout"))
                        : standard.idle(),
                requests < 0 ? Integer.MAX_VALUE : requests,
                message.hasMaxConnectionDuration()
                        ? Values.duration(
                                message.getMaxConnectionDuration(),
                                standard.duration(),
                                scope.at("max_connection_duration"))
                        : standard.duration());
    }
}
