package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.WeightRules;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.layer.RuntimeNumber;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.HeaderName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which algorithm balances a cluster, and by which layers its hosts are chosen before. What stands around another
/// policy is a layer.
public sealed interface BalancerPolicy {
    /// In turn, by weight.
    ///
    /// @param slowStart how new hosts are let in; empty for at once
    record RoundRobin(Optional<SlowStart> slowStart) implements BalancerPolicy {
        /// With new hosts let in at once.
        public RoundRobin() {
            this(Optional.empty());
        }
    }

    /// The least busy of a few drawn at random (Envoy's `LEAST_REQUEST`).
    ///
    /// @param choices how many are drawn, at least 2; [#ALL] looks at every host
    /// @param bias how much requests under way count against a host, by their power; 0 for not at all, 1 for as
    ///     they are
    /// @param slowStart how new hosts are let in; empty for at once
    record LeastRequest(int choices, RuntimeNumber bias, Optional<SlowStart> slowStart) implements BalancerPolicy {
        /// One whose bias nothing overrides.
        public LeastRequest(int choices, double bias, Optional<SlowStart> slowStart) {
            this(choices, RuntimeNumber.of(bias), slowStart);
        }

        /// Every host is looked at (`FULL_SCAN`): a pick costs as much as there are hosts.
        public static final int ALL = Integer.MAX_VALUE;

        /// With requests counted as they are, and new hosts let in at once.
        public LeastRequest(int choices) {
            this(choices, 1, Optional.empty());
        }
    }

    /// At random, by weight.
    record Random() implements BalancerPolicy {}

    /// One host for everything, until it fails (gRPC's `pick_first`). All goes to the first priority that has a host in
    /// service, and localities are not looked at, unless they are balanced by weight.
    ///
    /// @param shuffles whether the first host is drawn by weight; else the first of the list is taken
    record PickFirst(boolean shuffles) implements BalancerPolicy {}

    /// In turn, by the weights that hosts' reports of their load mean (Envoy's `client_side_weighted_round_robin`, gRFC
    /// A58).
    ///
    /// @param rules how weights follow from reports
    /// @param asksEvery how often each host is asked for a report; empty where reports come with answers
    /// @param slowStart how new hosts are let in; empty for at once
    record ClientWeighted(WeightRules rules, Optional<Duration> asksEvery, Optional<SlowStart> slowStart)
            implements BalancerPolicy {}

    /// The faster of two hosts drawn at random (Finagle's, Linkerd's and Envoy's `peak_ewma`).
    ///
    /// @param decay within what time an average of latencies forgets; above 0
    /// @param defaultLatency what counts for a host that has not answered yet; above 0
    record PeakEwma(Duration decay, Duration defaultLatency) implements BalancerPolicy {}

    /// By the request's hash, on a ring (ketama; Envoy's `RING_HASH`).
    ///
    /// @param function which hash function places hosts
    /// @param minimumSize how many entries the ring has at least, 1 to 8,388,608
    /// @param maximumSize at most, up to 8,388,608
    /// @param keys what hosts and requests are hashed by
    record RingHash(HashFunction function, long minimumSize, long maximumSize, HashKeys keys)
            implements BalancerPolicy {}

    /// By the request's hash, in a table (Envoy's `MAGLEV`).
    ///
    /// @param tableSize a prime number, at most 5,000,011
    /// @param keys what hosts and requests are hashed by
    record Maglev(int tableSize, HashKeys keys) implements BalancerPolicy {}

    /// Hash functions for rings.
    enum HashFunction {
        XX_HASH,
        MURMUR_HASH_2
    }

    /// What consistent hashing goes by.
    ///
    /// @param byHostname whether hosts are hashed by their hostname rather than their address
    /// @param balancePercent how many percent of an even share of the requests under way a host may have, 100 or
    ///     more; 0 for any number
    /// @param policies what of a request is hashed, instead of what its route says; empty for as the route says
    record HashKeys(boolean byHostname, int balancePercent, List<HashPolicy> policies) {
        public static final HashKeys DEFAULT = new HashKeys(false, 0, List.of());

        public HashKeys {
            policies = List.copyOf(policies);
        }
    }

    /// What of a request is hashed, instead of what its route says; empty for as the route says.
    default List<HashPolicy> hashPolicies() {
        return switch (this) {
            case RingHash ring -> ring.keys().policies();
            case Maglev maglev -> maglev.keys().policies();
            case Layered layered -> layered.of().hashPolicies();
            case Subsets subsets -> subsets.of().hashPolicies();
            case OverrideHost override -> override.fallback().hashPolicies();
            case RoundRobin _, LeastRequest _, Random _, PickFirst _, ClientWeighted _, PeakEwma _ -> List.of();
        };
    }

    /// How priorities and localities are chosen, by the outermost layer that says so.
    default Layers layers() {
        return switch (this) {
            case Layered layered -> layered.layers();
            case Subsets subsets -> subsets.of().layers();
            case OverrideHost override -> override.fallback().layers();
            case RingHash _,
                    Maglev _,
                    RoundRobin _,
                    LeastRequest _,
                    Random _,
                    PickFirst _,
                    ClientWeighted _,
                    PeakEwma _ -> Layers.DEFAULT;
        };
    }

    /// Whether which host comes next depends on no request, so that it can be picked ahead.
    default boolean isPredictable() {
        return switch (this) {
            case Layered layered -> layered.of().isPredictable();
            case RoundRobin _, Random _, ClientWeighted _ -> true;
            case Subsets _, OverrideHost _, RingHash _, Maglev _, LeastRequest _, PickFirst _, PeakEwma _ -> false;
        };
    }

    /// The policy that chooses among hosts in the end, inside all layers.
    default BalancerPolicy innermost() {
        return switch (this) {
            case Layered layered -> layered.of().innermost();
            case Subsets subsets -> subsets.of().innermost();
            case OverrideHost override -> override.fallback().innermost();
            case RingHash _,
                    Maglev _,
                    RoundRobin _,
                    LeastRequest _,
                    Random _,
                    PickFirst _,
                    ClientWeighted _,
                    PeakEwma _ -> this;
        };
    }

    /// `of` within the subset of the hosts that the request asks for ([SubsetRules]).
    record Subsets(SubsetRules rules, BalancerPolicy of) implements BalancerPolicy {}

    /// The host that a header of the request names, else one by `fallback` (Envoy's `override_host` policy).
    ///
    /// @param headers the first that is there counts; it holds addresses with ports, separated by commas: the first
    ///     for the first try, the next for the next
    record OverrideHost(List<HeaderName> headers, BalancerPolicy fallback) implements BalancerPolicy {
        public OverrideHost {
            headers = List.copyOf(headers);
        }
    }

    /// `of` within the priorities and localities of the cluster. A policy without this layer has the default one.
    record Layered(Layers layers, BalancerPolicy of) implements BalancerPolicy {}

    /// How priorities and localities are chosen.
    ///
    /// @param panicThreshold below how many percent of healthy hosts health is disregarded, 0 to 100; 0 never
    ///     disregards it
    /// @param localities how a locality is chosen
    /// @param overridable what must have been said of the health of a host that a request names
    ///     ([PickRequest#requestedHost]); an ejected one counts as unhealthy
    record Layers(double panicThreshold, Localities localities, Set<Endpoint.Health> overridable) {
        public static final Layers DEFAULT = new Layers(
                50,
                new Localities.Anywhere(),
                Set.of(Endpoint.Health.UNKNOWN, Endpoint.Health.HEALTHY, Endpoint.Health.DEGRADED));

        public Layers {
            overridable = Set.copyOf(overridable);
        }
    }

    /// How a locality is chosen.
    sealed interface Localities {
        /// Not at all: each host counts by its own weight.
        record Anywhere() implements Localities {}

        /// By the weights of localities (`locality_weighted_lb_config`); one without a weight gets nothing.
        record ByWeight() implements Localities {}

        /// The proxy's own first, as far as its hosts can take it (`zone_aware_lb_config`).
        ///
        /// @param enabled for how many percent of the requests
        /// @param minimumHosts with fewer healthy hosts in the first priority localities are not looked at
        /// @param failOnPanic whether requests fail where health would be disregarded
        /// @param forceAt from how many healthy hosts of its own locality on all requests stay there, whatever
        ///     others can take; empty for never
        /// @param byWeight whether hosts count by weight
        record ZoneAware(
                double enabled, long minimumHosts, boolean failOnPanic, Optional<Integer> forceAt, boolean byWeight)
                implements Localities {}
    }

    /// How a new host is let in: its weight grows over a while (Envoy's `SlowStartConfig`).
    ///
    /// @param window how long
    /// @param aggression 1 for evenly; above, faster at first
    /// @param minimumPercent of its weight that it has from the start
    record SlowStart(Duration window, RuntimeNumber aggression, double minimumPercent) {
        /// One that nothing overrides.
        public SlowStart(Duration window, double aggression, double minimumPercent) {
            this(window, RuntimeNumber.of(aggression), minimumPercent);
        }

        /// The share of its weight that a host has after being in service for `age` nanoseconds, above 0, at most 1.
        double factor(long age, RuntimeSnapshot runtime) {
            long whole = window.toNanos();
            if (age >= whole) {
                return 1;
            }
            double time = (double) Math.max(age, 1_000_000_000L) / whole;
            double said = aggression.value(runtime);
            double speed = said > 0 ? said : aggression.standard();
            double grown = speed == 1 ? time : Math.pow(time, 1 / speed);
            return Math.clamp(Math.max(grown, minimumPercent / 100), 1e-6, 1);
        }
    }
}
