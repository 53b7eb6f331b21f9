package io.heddle.xds.read.core;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.ResponseLimits;
import java.util.List;

/// Reads how long connections are used, and how much of an answer is taken.
public final class ConnectionLimitsReader {
    private static final int KIBIBYTE = 1024;
    private static final int MOST_KIBIBYTES = 8192;
    private static final int MOST_HEADERS = 65_535;

    private static final Fields<HttpProtocolOptions> OPTIONS = Fields.ignoringOthers(HttpProtocolOptions.class)
            .reads("idle_timeout", "max_requests_per_connection", "max_connection_duration", "max_stream_duration")
            .limits("max_headers_count", "1 to 65,535")
            .limits("max_response_headers_kb", "1 to 8192; 80 when not given")
            .accepts("headers_with_underscores_action", "concerns requests of clients");

    /// What of the limits of connections is read.
    static final List<Fields<?>> FIELDS = List.of(OPTIONS);

    private ConnectionLimitsReader() {}

    /// Those of connections to a cluster's hosts.
    static ConnectionLimits read(HttpProtocolOptions message, Scope scope) {
        scope.check(message, OPTIONS);
        return limits(message, scope);
    }

    /// What a message says of them whose other fields are read elsewhere.
    public static ConnectionLimits limits(HttpProtocolOptions message, Scope scope) {
        var standard = ConnectionLimits.DEFAULT;
        return new ConnectionLimits(
                message.hasIdleTimeout()
                        ? Values.duration(message.getIdleTimeout(), standard.idle(), scope.at("idle_timeout"))
                        : standard.idle(),
                requests(message.getMaxRequestsPerConnection()),
                message.hasMaxConnectionDuration()
                        ? Values.duration(
                                message.getMaxConnectionDuration(),
                                standard.duration(),
                                scope.at("max_connection_duration"))
                        : standard.duration());
    }

    /// How many requests a connection serves; 0 for any number.
    static int requests(UInt32Value message) {
        return message.getValue() < 0 ? Integer.MAX_VALUE : message.getValue();
    }

    /// How much of an answer of a cluster's hosts is taken.
    static ResponseLimits responses(HttpProtocolOptions message, Scope scope) {
        var standard = ResponseLimits.DEFAULT;
        return new ResponseLimits(
                message.hasMaxHeadersCount()
                        ? headers(message.getMaxHeadersCount(), scope.at("max_headers_count"))
                        : standard.maxHeaders(),
                message.hasMaxResponseHeadersKb()
                        ? kibibytes(message.getMaxResponseHeadersKb(), scope.at("max_response_headers_kb"))
                        : standard.maxHeaderBytes(),
                Values.duration(message.getMaxStreamDuration(), standard.stream(), scope.at("max_stream_duration")));
    }

    /// How many header lines there may be, 1 to 65,535.
    public static int headers(UInt32Value message, Scope scope) {
        return within(message.getValue(), MOST_HEADERS, scope);
    }

    /// How large a head may be, in bytes: 1 to 8192 KiB.
    public static int kibibytes(UInt32Value message, Scope scope) {
        return within(message.getValue(), MOST_KIBIBYTES, scope) * KIBIBYTE;
    }

    private static int within(int value, int most, Scope scope) {
        if (value < 1 || value > most) {
            scope.error("is out of range: " + Integer.toUnsignedString(value), "write 1 to " + most);
            return 1;
        }
        return value;
    }
}
