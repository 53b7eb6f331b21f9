package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.route.RouteFacts;
import org.jspecify.annotations.Nullable;

/// What routes may ask of one exchange beside its head. Part of its [HttpExchange], reused with it.
final class ExchangeFacts implements RouteFacts {
    private final Worker worker;
    private final HopHeaders headers;
    private final RequestState state;
    private @Nullable HttpRequestHead head;
    private long drawn;
    private boolean hasDrawn;

    ExchangeFacts(Worker worker, HopHeaders headers, RequestState state) {
        this.worker = worker;
        this.headers = headers;
        this.state = state;
    }

    /// A request begins.
    void start(HttpRequestHead requestHead) {
        head = requestHead;
        hasDrawn = false;
    }

    @Override
    public boolean https() {
        return head != null && headers.https(head);
    }

    @Override
    public boolean internal() {
        return headers.internal();
    }

    @Override
    public boolean certificate() {
        return !headers.client().certificate().isNone();
    }

    @Override
    public RequestState state() {
        return state;
    }

    @Override
    public RuntimeSnapshot runtime() {
        return worker.runtime();
    }

    /// One draw stands for chance at all routes, as in Envoy: two routes with the same share take the same requests.
    @Override
    public boolean among(int numerator, int denominator) {
        if (!hasDrawn) {
            drawn = worker.chance();
            hasDrawn = true;
        }
        return Math.unsignedMultiplyHigh(drawn, denominator) < numerator;
    }
}
