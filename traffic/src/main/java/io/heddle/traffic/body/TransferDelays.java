package io.heddle.traffic.body;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// How long the bodies of one exchange took where their rate was limited, told to the client in trailers of the answer.
/// Confined to the exchange's thread.
public final class TransferDelays {
    private final String prefix;
    private long request;
    private long requestHeld;

    /// The names of trailers begin with `prefix`, which may be empty.
    public TransferDelays(String prefix) {
        this.prefix = prefix;
    }

    /// The request's body took `total` nanoseconds, of which it was `held` back for its rate.
    public void request(long total, long held) {
        request = total;
        requestHeld = held;
    }

    /// The trailers by name, once the answer's body is through; none when nothing was held back.
    public Map<String, Long> trailers(long total, long held) {
        var trailers = new LinkedHashMap<String, Long>();
        if (requestHeld > 0 || held > 0) {
            put("bandwidth-request-delay-ms", request, trailers);
            put("bandwidth-response-delay-ms", total, trailers);
            put("bandwidth-request-filter-delay-ms", requestHeld, trailers);
            put("bandwidth-response-filter-delay-ms", held, trailers);
        }
        return trailers;
    }

    private void put(String name, long nanos, Map<String, Long> trailers) {
        trailers.put(prefix.isEmpty() ? name : prefix + "-" + name, TimeUnit.NANOSECONDS.toMillis(nanos));
    }
}
