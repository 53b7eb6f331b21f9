package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.heddle.traffic.filter.BufferFilter;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import java.util.List;

/// Reads how much of a body is held before its request goes on.
final class BufferReader {
    private static final Fields<Buffer> BUFFER =
            Fields.refusingOthers(Buffer.class).limits("max_request_bytes", "1 to 2,147,483,647");
    private static final Fields<BufferPerRoute> ROUTE =
            Fields.refusingOthers(BufferPerRoute.class).reads("disabled", "buffer");

    /// What of the buffer filter is read.
    static final List<Fields<?>> FIELDS = List.of(BUFFER, ROUTE);

    private BufferReader() {}

    static BufferFilter.Limit read(Buffer message, Scope scope) {
        scope.check(message, BUFFER);
        int bytes = message.getMaxRequestBytes().getValue();
        if (bytes < 1) {
            scope.at("max_request_bytes")
                    .error(
                            message.hasMaxRequestBytes()
                                    ? "is out of range: " + Integer.toUnsignedString(bytes)
                                    : "is missing",
                            "write 1 to 2147483647");
            return new BufferFilter.Limit(1);
        }
        return new BufferFilter.Limit(bytes);
    }

    static FilterOverride route(BufferPerRoute message, Scope scope) {
        scope.check(message, ROUTE);
        return switch (message.getOverrideCase()) {
            case BUFFER -> read(message.getBuffer(), scope.at("buffer"));
            case DISABLED, OVERRIDE_NOT_SET -> {
                if (!message.getDisabled()) {
                    scope.error("says nothing", "set disabled to true, or buffer");
                }
                yield new FilterOverride.Disabled();
            }
        };
    }
}
