package io.heddle.traffic.route;

import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.hash.RequestHash;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which cluster a forwarded request goes to.
public sealed interface ClusterChoice {
    /// The target of a request for `chance`, any long drawn evenly; its upper bits decide. `runtime` may override
    /// weights.
    Target target(long chance, HeaderFields head, RuntimeSnapshot runtime);

    /// The target of something that has no head.
    default Target target(long chance) {
        return target(chance, HeaderFields.NONE, RuntimeSnapshot.EMPTY);
    }

    /// Always the same cluster.
    record One(Target target) implements ClusterChoice {
        @Override
        public Target target(long chance, HeaderFields head, RuntimeSnapshot runtime) {
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
        public Target target(long chance, HeaderFields head, RuntimeSnapshot runtime) {
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
    /// @param hash what of the request is hashed to decide instead of chance (Envoy's
    ///     `use_hash_policy`): the route's policies; where a request has nothing of it, chance decides
    /// @param keys what overrides the weights, one a choice (`runtime_key_prefix`); empty for nothing
    record Weighted(
            List<ClusterChoice> choices,
            List<Integer> bounds,
            Optional<HeaderName> header,
            List<HashPolicy> hash,
            List<RuntimeKey> keys)
            implements ClusterChoice {
        private static final int MOST_DIGITS = 20;
        /// No remainder by a sum of weights.
        private static final long NO_POINT = -1;
        private static final int CONFIGURED = 0;

        public Weighted {
            choices = List.copyOf(choices);
            bounds = List.copyOf(bounds);
            hash = hash.stream().map(HashPolicy::withoutMaking).toList();
            keys = List.copyOf(keys);
        }

        /// One of several that no hash decides between.
        public Weighted(List<ClusterChoice> choices, List<Integer> bounds, Optional<HeaderName> header) {
            this(choices, bounds, header, List.of(), List.of());
        }

        /// The same, decided by what `policies` hash of the request.
        public Weighted hashed(List<HashPolicy> policies) {
            return new Weighted(choices, bounds, header, policies, keys);
        }

        /// The same, whose weights a runtime may override.
        public Weighted overriddenBy(List<RuntimeKey> others) {
            return new Weighted(choices, bounds, header, hash, others);
        }

        /// The weight of a choice under `runtime`.
        public int weight(int choice, RuntimeSnapshot runtime) {
            return overridden(runtime) == CONFIGURED
                    ? configured(choice)
                    : (int) keys.get(choice).whole(runtime, configured(choice));
        }

        private int configured(int choice) {
            return bounds.get(choice) - (choice == 0 ? 0 : bounds.get(choice - 1));
        }

        /// The sum of the weights under `runtime`; [#CONFIGURED] where those that are configured count, as they do
        /// where the others come to nothing, or to more than an `int` holds.
        private int overridden(RuntimeSnapshot runtime) {
            if (keys.isEmpty() || runtime.values().isEmpty()) {
                return CONFIGURED;
            }
            long sum = 0;
            for (int i = 0; i < keys.size(); i++) {
                long weight = keys.get(i).whole(runtime, configured(i));
                if (weight > Integer.MAX_VALUE) {
                    return CONFIGURED;
                }
                sum += weight;
            }
            return sum > Integer.MAX_VALUE ? CONFIGURED : (int) sum;
        }

        /// One of several fixed targets, by chance.
        public static Weighted ofTargets(List<Target> targets, List<Integer> bounds) {
            return new Weighted(targets.stream().<ClusterChoice>map(One::new).toList(), bounds, Optional.empty());
        }

        @Override
        public Target target(long chance, HeaderFields head, RuntimeSnapshot runtime) {
            int overridden = overridden(runtime);
            int total = overridden == CONFIGURED ? bounds.get(bounds.size() - 1) : overridden;
            long point = header.isEmpty() ? NO_POINT : point(head, header.get(), total);
            long decided = point == NO_POINT ? Math.unsignedMultiplyHigh(chance, total) : point;
            return at(decided, overridden, runtime).target(chance, head, runtime);
        }

        /// The target for `random` as Envoy finds it: by its remainder by the sum of the weights.
        public Target of(long random, HeaderFields head, RuntimeSnapshot runtime) {
            int overridden = overridden(runtime);
            int total = overridden == CONFIGURED ? bounds.get(bounds.size() - 1) : overridden;
            long point = header.isEmpty() ? NO_POINT : point(head, header.get(), total);
            long decided = point == NO_POINT ? Long.remainderUnsigned(random, total) : point;
            return at(decided, overridden, runtime).target(0, head, runtime);
        }

        /// The target of a request of `peer` for its hash; for `chance` where it has none.
        Target target(long chance, RequestHead head, Peer peer, RuntimeSnapshot runtime) {
            var found = new RequestHash();
            found.compute(hash, head, peer);
            return found.isPresent() ? of(found.value(), head, runtime) : target(chance, head, runtime);
        }

        private ClusterChoice at(long point, int overridden, RuntimeSnapshot runtime) {
            int index = 0;
            if (overridden == CONFIGURED) {
                while (point >= bounds.get(index)) {
                    index++;
                }
                return choices.get(index);
            }
            long bound = keys.get(0).whole(runtime, configured(0));
            while (point >= bound) {
                index++;
                bound += keys.get(index).whole(runtime, configured(index));
            }
            return choices.get(index);
        }

        /// The remainder by `total` of the number of 64 bits in a header; [#NO_POINT] when there is none.
        private static long point(HeaderFields head, HeaderName name, int total) {
            long span = head.header(name);
            if (!Span.isPresent(span) || Span.length(span) == 0 || Span.length(span) > MOST_DIGITS) {
                return NO_POINT;
            }
            long number = 0;
            for (int i = Span.start(span); i < Span.end(span); i++) {
                int digit = head.bytes()[i] - '0';
                boolean fits = digit >= 0
                        && digit <= 9
                        && Long.compareUnsigned(number, Long.divideUnsigned(-1L - digit, 10)) <= 0;
                if (!fits) {
                    return NO_POINT;
                }
                number = number * 10 + digit;
            }
            return Long.remainderUnsigned(number, total);
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
