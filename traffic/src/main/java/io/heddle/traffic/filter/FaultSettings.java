package io.heddle.traffic.filter;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.FilterOverride;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Which faults are injected, as Envoy's `fault.v3.HTTPFault`.
///
/// @param delay a pause before the request goes on
/// @param abort an answer made here
/// @param slowing a rate that the answer's body goes no faster than
/// @param victims which requests they hit
/// @param mostActive how many requests of the listener's `stat_prefix` may have a fault at a time; others have none
/// @param metadata what requests with a fault get as dynamic metadata, under the filter's name in Envoy
public record FaultSettings(
        Optional<Delay> delay,
        Optional<Abort> abort,
        Optional<Slowing> slowing,
        Victims victims,
        RuntimeCount mostActive,
        LabelValue.Fields metadata)
        implements FilterOverride {
    private static final LabelValue.Fields NO_METADATA = new LabelValue.Fields(Map.of());

    /// No faults.
    public static final FaultSettings NONE = new FaultSettings(Optional.empty(), Optional.empty());

    private static final int NOTHING = -1;
    private static final int LONGEST_NUMBER = 9;
    private static final long LONGEST_MILLIS = 999_999_999;

    /// Faults that may hit every request, as many as there are.
    public FaultSettings(Optional<Delay> delay, Optional<Abort> abort) {
        this(delay, abort, Optional.empty(), Victims.ALL, RuntimeCount.of(Long.MAX_VALUE), NO_METADATA);
    }

    /// Faults that slow no answer.
    public FaultSettings(
            Optional<Delay> delay,
            Optional<Abort> abort,
            Victims victims,
            RuntimeCount mostActive,
            LabelValue.Fields metadata) {
        this(delay, abort, Optional.empty(), victims, mostActive, metadata);
    }

    /// Which requests faults hit.
    ///
    /// @param cluster only those to this cluster; empty for any
    /// @param headers only those whose headers fit, all of them
    /// @param nodes only those of these nodes (`x-envoy-downstream-service-node`); empty for any
    public record Victims(String cluster, List<HeaderMatcher> headers, Set<String> nodes) {
        /// Every request.
        public static final Victims ALL = new Victims("", List.of(), Set.of());

        private static final HeaderName NODE = HeaderName.of("x-envoy-downstream-service-node");

        public Victims {
            headers = List.copyOf(headers);
            nodes = Set.copyOf(nodes);
        }

        boolean hold(FilterRequest request) {
            if (!cluster.isEmpty() && !cluster.equals(request.cluster())) {
                return false;
            }
            for (int i = 0; i < headers.size(); i++) {
                if (!headers.get(i).matches(request.head())) {
                    return false;
                }
            }
            return nodes.isEmpty() || isOfNode(request.head());
        }

        private boolean isOfNode(RequestHead head) {
            long node = head.header(NODE);
            return Span.isPresent(node) && nodes.contains(Span.text(head.bytes(), node));
        }
    }

    /// The millionths of `share` under a request's runtime; what its header `name` says instead may only make a share
    /// smaller that no runtime overrides.
    private static int millionths(RuntimeShare share, FilterRequest request, HeaderName name) {
        var counts = share.in(request.runtime());
        long wanted = number(request.head(), name);
        boolean asked = wanted != NOTHING && counts.equals(share);
        return asked
                ? RuntimeShare.of((int) Math.min(wanted, counts.numerator()), counts.denominator())
                        .millionths()
                : counts.millionths();
    }

    /// A pause.
    ///
    /// @param share of which requests
    /// @param fixed how long; empty takes the milliseconds in the request's `x-envoy-fault-delay-request`
    /// @param key what overrides that, in milliseconds
    public record Delay(RuntimeShare share, Optional<Duration> fixed, RuntimeKey key) {
        private static final HeaderName DURATION = HeaderName.of("x-envoy-fault-delay-request");
        private static final HeaderName PERCENTAGE = HeaderName.of("x-envoy-fault-delay-request-percentage");

        /// A pause that nothing overrides.
        public Delay(RuntimeShare share, Optional<Duration> fixed) {
            this(share, fixed, RuntimeKey.NONE);
        }

        /// How long a request pauses, if it is one of them; none at all where that is 0.
        Optional<Duration> of(FilterRequest request) {
            var said = key.in(request.runtime());
            if (said.isPresent() && said.get().whole().isPresent()) {
                return Optional.of(Duration.ofMillis(
                                Math.min(LONGEST_MILLIS, said.get().whole().getAsLong())))
                        .filter(Duration::isPositive);
            }
            if (fixed.isPresent()) {
                return fixed;
            }
            long millis = number(request.head(), DURATION);
            return millis == NOTHING ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
        }

        int millionths(FilterRequest request) {
            return fixed.isPresent()
                    ? share.millionths(request.runtime())
                    : FaultSettings.millionths(share, request, PERCENTAGE);
        }
    }

    /// A rate for the answer's body.
    ///
    /// @param share of which requests
    /// @param fixed KiB a second, 1 or more; empty takes those in the request's `x-envoy-fault-throughput-response`
    public record Slowing(RuntimeShare share, OptionalLong fixed) {
        private static final HeaderName RATE = HeaderName.of("x-envoy-fault-throughput-response");
        private static final HeaderName PERCENTAGE = HeaderName.of("x-envoy-fault-throughput-response-percentage");

        /// KiB a second for a request with this head, if it is one of them.
        OptionalLong of(RequestHead head) {
            if (fixed.isPresent()) {
                return fixed;
            }
            long rate = number(head, RATE);
            return rate >= 1 ? OptionalLong.of(rate) : OptionalLong.empty();
        }

        int millionths(FilterRequest request) {
            return fixed.isPresent()
                    ? share.millionths(request.runtime())
                    : FaultSettings.millionths(share, request, PERCENTAGE);
        }
    }

    /// An answer made here.
    ///
    /// @param share of which requests
    /// @param answer what they get
    public record Abort(RuntimeShare share, Answer answer) {
        private static final HeaderName PERCENTAGE = HeaderName.of("x-envoy-fault-abort-request-percentage");

        int millionths(FilterRequest request) {
            return switch (answer) {
                case Answer.Http _, Answer.Grpc _ -> share.millionths(request.runtime());
                case Answer.AsRequested() -> FaultSettings.millionths(share, request, PERCENTAGE);
            };
        }
    }

    /// What a request gets that is aborted.
    public sealed interface Answer {
        /// An HTTP status, 200 to 599.
        ///
        /// @param key what overrides it, in that range
        record Http(int status, RuntimeKey key) implements Answer {
            /// A status that nothing overrides.
            public Http(int status) {
                this(status, RuntimeKey.NONE);
            }

            int status(RuntimeSnapshot runtime) {
                long said = key.whole(runtime, status);
                return said >= 200 && said <= 599 ? (int) said : status;
            }
        }

        /// A `grpc-status`, with HTTP status 200.
        ///
        /// @param key what overrides it
        record Grpc(int status, RuntimeKey key) implements Answer {
            /// A status that nothing overrides.
            public Grpc(int status) {
                this(status, RuntimeKey.NONE);
            }

            int status(RuntimeSnapshot runtime) {
                long said = key.whole(runtime, status);
                return said <= Integer.MAX_VALUE ? (int) said : status;
            }
        }

        /// What the request's `x-envoy-fault-abort-request` (an HTTP status) says, else its
        /// `x-envoy-fault-abort-grpc-request`; requests with neither are not aborted.
        record AsRequested() implements Answer {}

        /// What a request with this head gets.
        default Optional<Answer> of(RequestHead head) {
            return switch (this) {
                case Http _, Grpc _ -> Optional.of(this);
                case AsRequested() -> Requested.of(head);
            };
        }
    }

    private static final class Requested {
        private static final HeaderName HTTP = HeaderName.of("x-envoy-fault-abort-request");
        private static final HeaderName GRPC = HeaderName.of("x-envoy-fault-abort-grpc-request");

        static Optional<Answer> of(RequestHead head) {
            long http = number(head, HTTP);
            if (http >= 200 && http <= 599) {
                return Optional.of(new Answer.Http((int) http));
            }
            long grpc = number(head, GRPC);
            return grpc == NOTHING ? Optional.empty() : Optional.of(new Answer.Grpc((int) grpc));
        }
    }

    /// The number that a header is, up to nine digits; else [#NOTHING].
    private static long number(RequestHead head, HeaderName name) {
        long span = head.header(name);
        if (!Span.isPresent(span) || Span.length(span) == 0 || Span.length(span) > LONGEST_NUMBER) {
            return NOTHING;
        }
        long value = 0;
        for (int i = Span.start(span); i < Span.end(span); i++) {
            int digit = head.bytes()[i] - '0';
            if (digit < 0 || digit > 9) {
                return NOTHING;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
