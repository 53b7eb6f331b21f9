package io.heddle.control.ratelimit;

import io.heddle.model.limit.LimitDomain;
import io.heddle.model.limit.LimitEntry;
import io.heddle.model.limit.LimitPolicy;
import io.heddle.model.limit.LimitRate;
import io.heddle.model.limit.LimitRule;
import io.heddle.xds.server.RateLimiter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Counts requests for all that ask, as Envoy's rate limit service does: in fixed windows, in memory. Other
/// limits take the place of the present ones without a count being lost. Any thread.
public final class SharedLimits implements RateLimiter {
    /// How many things are counted at a time, at most.
    static final int MOST = 500_000;

    private static final long MOST_CHARACTERS = 64L * 1024 * 1024;

    private static final Verdict UNCOUNTED = new Uncounted();
    private static final LimitRule.Modes ENFORCED = new LimitRule.Modes(false, false, false);

    private final Clock clock;
    private final FixedWindows windows;
    private final Map<Rule, LimitCounts> counts = new ConcurrentHashMap<>();
    private volatile Map<String, RuleTree> domains = Map.of();

    /// Without limits yet.
    public SharedLimits(Clock clock) {
        this(clock, MOST);
    }

    SharedLimits(Clock clock, int most) {
        this.clock = clock;
        this.windows = new FixedWindows(most, MOST_CHARACTERS);
    }

    /// A rule, as figures name it.
    ///
    /// @param domain its domain
    /// @param key keys and values on the way to it
    public record Rule(String domain, String key) implements Comparable<Rule> {
        @Override
        public int compareTo(Rule other) {
            int order = domain.compareTo(other.domain);
            return order == 0 ? key.compareTo(other.key) : order;
        }
    }

    /// What was counted for a rule since the start, in hits.
    ///
    /// @param hits all
    /// @param within those of requests within the limit
    /// @param near those beyond four fifths of the limit and within it
    /// @param over those beyond the limit
    /// @param shadow those beyond that were let pass, as the rule is a shadow
    public record Figures(long hits, long within, long near, long over, long shadow) {}

    /// A descriptor, and the limit that it is counted in.
    ///
    /// @param entries what it is counted as
    private record Found(
            List<LimitEntry> entries,
            long hits,
            LimitPolicy policy,
            Rule rule,
            LimitRule.Modes modes,
            Map<String, Object> metadata) {}

    /// These limits hold from now on.
    void take(Collection<LimitDomain> limits) {
        var next = new HashMap<String, RuleTree>();
        limits.forEach(domain -> next.put(domain.name(), new RuleTree(domain.rules(), "")));
        domains = Map.copyOf(next);
    }

    @Override
    public Outcome judge(String domain, List<Counted> descriptors) {
        var tree = domains.get(domain);
        if (tree == null) {
            return new Outcome.Judged(descriptors.stream().map(_ -> UNCOUNTED).toList());
        }
        var limited = descriptors.stream()
                .map(counted -> limited(domain, tree, counted))
                .toList();
        var replaced = new HashSet<String>();
        limited.forEach(
                found -> found.ifPresent(limit -> replaced.addAll(limit.policy().replaces())));
        var verdicts = new ArrayList<Verdict>();
        for (var found : limited) {
            if (found.isEmpty()) {
                verdicts.add(UNCOUNTED);
                continue;
            }
            var verdict = verdict(found.get(), replaced);
            if (verdict.isEmpty()) {
                return new Outcome.Full("too many things are counted already");
            }
            verdicts.add(verdict.get());
        }
        return new Outcome.Judged(verdicts);
    }

    private static Optional<Found> limited(String domain, RuleTree tree, Counted counted) {
        if (counted.override().isPresent()) {
            var policy = new LimitPolicy(counted.override(), "", Set.of());
            return Optional.of(new Found(
                    counted.entries(), counted.hits(), policy, new Rule(domain, "override"), ENFORCED, Map.of()));
        }
        return tree.find(counted.entries()).flatMap(match -> {
            var rule = match.found().rule();
            return rule.policy()
                    .map(policy -> new Found(
                            match.entries(),
                            counted.hits(),
                            policy,
                            new Rule(domain, match.found().name()),
                            rule.modes(),
                            rule.metadata()));
        });
    }

    /// Empty when nothing more can be counted.
    private Optional<Verdict> verdict(Found limit, Set<String> replaced) {
        var policy = limit.policy();
        if (!policy.name().isEmpty() && replaced.contains(policy.name())) {
            return Optional.of(UNCOUNTED);
        }
        if (policy.rate().isEmpty()) {
            return Optional.of(new Unlimited());
        }
        var rate = policy.rate().get();
        long now = clock.instant().getEpochSecond();
        var key = new FixedWindows.Key(limit.rule().domain(), limit.entries(), rate.unit());
        var count = windows.add(key, limit.hits(), now);
        if (count.isEmpty()) {
            return Optional.empty();
        }
        long after = count.getAsLong();
        boolean shadow = limit.modes().shadow();
        counts(limit).count(limit.hits(), after, rate.requests(), shadow);
        return Optional.of(new Limited(
                after > rate.requests() && !shadow,
                limit.modes().quota(),
                applied(policy, rate, after, now),
                limit.metadata()));
    }

    private static Applied applied(LimitPolicy policy, LimitRate rate, long count, long now) {
        long reset = rate.unit().seconds() - Math.floorMod(now, rate.unit().seconds());
        return new Applied(policy.name(), rate, Math.max(0, rate.requests() - count), reset);
    }

    private LimitCounts counts(Found limit) {
        return counts.computeIfAbsent(limit.rule(), _ -> new LimitCounts());
    }

    /// What was counted, by rule.
    public Map<Rule, Figures> figures() {
        var figures = new TreeMap<Rule, Figures>();
        counts.forEach((rule, found) -> figures.put(rule, found.figures()));
        return figures;
    }

    /// How many things are counted now.
    public int counted() {
        return windows.size();
    }
}
