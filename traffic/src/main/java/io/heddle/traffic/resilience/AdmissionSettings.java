package io.heddle.traffic.resilience;

import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeNumber;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// When requests are refused because too many failed lately, as Envoy's `admission_control.v3.AdmissionControl`.
///
/// @param place the object and the field; it keeps the controllers of different filters apart
/// @param window how long what became of a request counts, a second or more
/// @param aggression how early refusals grow; below 1 counts as 1
/// @param threshold how many percent of requests must succeed for none to be refused; 1 to 100, what is beyond counts
///     as the nearest of these
/// @param quietRate up to so many requests a second none is refused
/// @param most how many percent are refused at the most; 0 to 100, what is beyond counts as the nearest of these
/// @param success what counts as a success
public record AdmissionSettings(
        String place,
        Duration window,
        RuntimeNumber aggression,
        RuntimeNumber threshold,
        RuntimeCount quietRate,
        RuntimeNumber most,
        Success success) {
    /// Few share a place, so that it alone is hashed.
    @Override
    public int hashCode() {
        return place.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof AdmissionSettings that
                        && place.equals(that.place)
                        && window.equals(that.window)
                        && aggression.equals(that.aggression)
                        && threshold.equals(that.threshold)
                        && quietRate.equals(that.quietRate)
                        && most.equals(that.most)
                        && success.equals(that.success));
    }

    /// What counts as a success.
    ///
    /// @param http ranges of HTTP statuses
    /// @param grpc gRPC statuses
    public record Success(List<Statuses> http, Set<Integer> grpc) {
        /// Every HTTP status below 500, and every gRPC status that is no fault of the server.
        public static final Success DEFAULT =
                new Success(List.of(new Statuses(100, 500)), Set.of(0, 1, 2, 3, 5, 6, 7, 9, 11, 12, 16));

        public Success {
            http = List.copyOf(http);
            grpc = Set.copyOf(grpc);
        }

        /// Whether an answer with this HTTP status and this gRPC status (-1 without) is one.
        public boolean holds(int status, int grpcStatus) {
            if (grpcStatus >= 0) {
                return grpc.contains(grpcStatus);
            }
            for (int i = 0; i < http.size(); i++) {
                if (status >= http.get(i).start() && status < http.get(i).end()) {
                    return true;
                }
            }
            return false;
        }
    }

    /// HTTP statuses from `start` to `end` (exclusive).
    public record Statuses(int start, int end) {}
}
