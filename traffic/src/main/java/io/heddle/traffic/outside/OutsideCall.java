package io.heddle.traffic.outside;

import io.heddle.traffic.ratelimit.Descriptor;
import io.heddle.traffic.ratelimit.DescriptorEntry;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// A call that a filter wants made to a service outside: one message for one. Whoever runs the filter makes
/// it, gives it up when the client goes, and comes back with an [OutsideAnswer] in every other case.
public sealed interface OutsideCall {
    /// Where the service is.
    GrpcService service();

    /// How long the answer may take; zero for as long as it likes.
    Duration timeout();

    /// What a service says that has nothing against the request: explanations, which call nobody, go on
    /// with it.
    OutsideAnswer granted();

    /// For people: what is asked, and whom.
    String description();

    /// Asks whether a request is within limits that are kept outside
    /// (`envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit`).
    ///
    /// @param domain whose limits
    /// @param descriptors what the request counts as; not empty
    /// @param hits how many requests it counts as, where a descriptor does not say; empty for one
    record RateLimit(
            GrpcService service, Duration timeout, String domain, List<Descriptor> descriptors, OptionalLong hits)
            implements OutsideCall {
        public RateLimit {
            descriptors = List.copyOf(descriptors);
        }

        @Override
        public OutsideAnswer granted() {
            return OutsideAnswer.RateLimit.WITHIN;
        }

        @Override
        public String description() {
            return "cluster " + service.cluster() + " about the limits of " + domain + " for "
                    + descriptors.stream().map(RateLimit::text).collect(Collectors.joining(", "));
        }

        private static String text(Descriptor descriptor) {
            return descriptor.entries().stream().map(RateLimit::text).collect(Collectors.joining(" ", "(", ")"));
        }

        private static String text(DescriptorEntry entry) {
            return entry.key() + "=" + entry.value();
        }
    }
}
