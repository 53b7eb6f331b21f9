package io.heddle.traffic.route;

import io.heddle.traffic.balance.MetadataMatch;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which cluster a forwarded request goes to.
public sealed interface ClusterChoice {
    /// The target of a request for `chance`, any long drawn evenly; its upper bits decide.
    Target target(long chance, HeaderFields head);

    /// The target of something that has no head.
    default Target target(long chance) {
        return target(chance, HeaderFields.NONE);
    }

    /// Always the same cluster.
    record One(Target target) implements ClusterChoice {
        @Override
        public Target target(long chance, HeaderFields head) {
            return target;
        }
    }

    /// The cluster that a request header names (Envoy's `cluster_header`); without that header none, which is no
    /// cluster's name.
    ///
    /// @param name the header
    /// @param like what else is done for such a cluster
    record Header(HeaderName name, Target like) implements ClusterChoice {
        @Override
        public Target target(long chance, HeaderFields head) {
            long value = head.header(name);
            var cluster = Span.isPresent(value) ? Span.text(head.bytes(), value) : "";
            return new Target(
                    cluster,
                    like.host(),
                    like.requestChanges(),
                    like.responseChanges(),
                    like.overrides(),
                    like.match());
        }
    }

    /// One of several, by weight.
    ///
    /// @param choices at least one
    /// @param bounds the running sums of the weights, one per choice
    /// @param header a request header with a whole number that decides instead of chance (Envoy's `header_name`);
    ///     where a request has none, chance decides
    record Weighted(List<ClusterChoice> choices, List<Integer> bounds, Optional<HeaderName> header)
            implements ClusterChoice {
        private static final int LONGEST_NUMBER = 18;

        public Weighted {
            choices = List.copyOf(choices);
            bounds = List.copyOf(bounds);
        }

        /// One of several fixed targets, by chance.
        public static Weighted ofTargets(List<Target> targets, List<Integer> bounds) {
            return new Weighted(targets.stream().<ClusterChoice>map(One::new).toList(), bounds, Optional.empty());
        }

        @Override
        public Target target(long chance, HeaderFields head) {
            int total = bounds.get(bounds.size() - 1);
            long number = header.isEmpty() ? -1 : number(head, header.get());
            long point = number < 0 ? Math.unsignedMultiplyHigh(chance, total) : number % total;
            return at(point).target(chance, head);
        }

        /// The target for `random` as Envoy finds it: by its remainder by the sum of the weights.
        public Target of(long random, HeaderFields head) {
            int total = bounds.get(bounds.size() - 1);
            long number = header.isEmpty() ? -1 : number(head, header.get());
            return at(Long.remainderUnsigned(number < 0 ? random : number, total))
                    .target(0, head);
        }

        private ClusterChoice at(long point) {
            int index = 0;
            while (point >= bounds.get(index)) {
                index++;
            }
            return choices.get(index);
        }

        /// The number in a header; -1 when there is none.
        private static long number(HeaderFields head, HeaderName name) {
            long span = head.header(name);
            if (!Span.isPresent(span) || Span.length(span) == 0 || Span.length(span) > LONGEST_NUMBER) {
                return -1;
            }
            long number = 0;
            for (int i = Span.start(span); i < Span.end(span); i++) {
                int digit = head.bytes()[i] - '0';
                if (digit < 0 || digit > 9) {
                    return -1;
                }
                number = number * 10 + digit;
            }
            return number;
        }
    }

    /// A cluster and what is done only for it.
    ///
    /// @param cluster its name
    /// @param host the new authority, instead of the route's; empty keeps that
    /// @param requestChanges header changes on the way in, in their order: its own, and those of the route
    /// @param responseChanges header changes on the way out, in the same order
    /// @param overrides filter settings by filter name
    /// @param match which subset of the hosts it goes to: the route's own, with what the weighted cluster adds
    record Target(
            String cluster,
            Optional<String> host,
            List<HeaderChange> requestChanges,
            List<HeaderChange> responseChanges,
            Map<String, FilterOverride> overrides,
            MetadataMatch match) {
        public Target {
            requestChanges = List.copyOf(requestChanges);
            responseChanges = List.copyOf(responseChanges);
            overrides = Map.copyOf(overrides);
        }

        /// A cluster of whose hosts any will do.
        public Target(
                String cluster,
                Optional<String> host,
                List<HeaderChange> requestChanges,
                List<HeaderChange> responseChanges,
                Map<String, FilterOverride> overrides) {
            this(cluster, host, requestChanges, responseChanges, overrides, MetadataMatch.NONE);
        }

        /// A cluster for which nothing special is done.
        public static Target of(String cluster) {
            return new Target(cluster, Optional.empty(), List.of(), List.of(), Map.of());
        }
    }
}
