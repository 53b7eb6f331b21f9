package io.heddle.traffic.route;

import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;

/// What routes may ask of a request beside its head. Asked only where a route does; confined to the request's
/// thread.
public interface RouteFacts {
    /// Of a request in the clear, from outside, without a certificate, whom no share of requests holds.
    RouteFacts NONE = new RouteFacts() {
        @Override
        public boolean https() {
            return false;
        }

        @Override
        public boolean internal() {
            return false;
        }

        @Override
        public boolean certificate() {
            return false;
        }

        @Override
        public boolean among(int numerator, int denominator) {
            return false;
        }
    };

    /// Whether it was made over TLS, as `x-forwarded-proto` says where that is believed.
    boolean https();

    /// Whether it comes from inside (`x-envoy-internal`).
    boolean internal();

    /// Whether the client showed a certificate on this connection; every one that is let in is verified.
    boolean certificate();

    /// What overrides shares now.
    default RuntimeSnapshot runtime() {
        return RuntimeSnapshot.EMPTY;
    }

    /// What filters have found out about it, where it is routed anew after them.
    default RequestState state() {
        return RequestState.NONE;
    }

    /// Whether chance puts it among a share of requests.
    default boolean among(RuntimeShare share) {
        var counts = share.in(runtime());
        return among(counts.numerator(), counts.denominator());
    }

    /// Whether chance puts it among `numerator` of `denominator` requests.
    boolean among(int numerator, int denominator);
}
