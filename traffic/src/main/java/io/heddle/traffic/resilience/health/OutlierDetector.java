package io.heddle.traffic.resilience.health;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.resilience.health.OutlierMonitor.Counted;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Takes hosts of one cluster out of balancing that fail more than others, and lets them in again: Envoy's outlier
/// detection. [OutlierMonitor]s hear of what happens; [#look] has to be called once an interval. Safe on any thread.
///
/// An ejection ends when its time is over; what is told of its end, and what is forgiven, comes with the next look.
/// Times are nanoseconds of the monotonic clock.
public final class OutlierDetector {
    private final LongSupplier chance;
    private final Consumer<OutlierEvent> events;
    private final Map<EjectionType, LongAdder> detected = adders();
    private final Map<EjectionType, LongAdder> enforced = adders();
    private final LongAdder overflow = new LongAdder();
    private volatile OutlierPolicy policy;
    private volatile IdentityHashMap<HostState, OutlierMonitor> monitors = new IdentityHashMap<>();

    /// One by `policy` without hosts, which draws from `chance` and tells `events`.
    public OutlierDetector(OutlierPolicy policy, LongSupplier chance, Consumer<OutlierEvent> events) {
        this.policy = policy;
        this.chance = chance;
        this.events = events;
    }

    private static Map<EjectionType, LongAdder> adders() {
        var adders = new EnumMap<EjectionType, LongAdder>(EjectionType.class);
        for (var type : EjectionType.values()) {
            adders.put(type, new LongAdder());
        }
        return adders;
    }

    /// What it goes by now.
    public OutlierPolicy policy() {
        return policy;
    }

    /// From now on it goes by `next` and watches `hosts`, and no others; what is known of those that stay is kept.
    public synchronized void watch(OutlierPolicy next, Collection<Host> hosts) {
        var before = monitors;
        var after = new IdentityHashMap<HostState, OutlierMonitor>();
        for (var host : hosts) {
            var known = before.get(host.state());
            after.put(
                    host.state(),
                    known != null
                            ? known
                            : new OutlierMonitor(this, host.endpoint().socketAddress(), host.state()));
        }
        policy = next;
        monitors = after;
    }

    /// Who hears of what happens at a host that is watched.
    public OutlierMonitor monitor(HostState host) {
        var found = monitors.get(host);
        if (found == null) {
            throw new IllegalArgumentException("the host is not watched");
        }
        return found;
    }

    /// How many hosts are ejected at `now`.
    public int active(long now) {
        int active = 0;
        for (var state : monitors.keySet()) {
            if (state.isEjected(now)) {
                active++;
            }
        }
        return active;
    }

    /// How often a host was found to be an outlier in this way.
    public long detected(EjectionType type) {
        return count(detected, type);
    }

    /// How often one was ejected for it.
    public long enforced(EjectionType type) {
        return count(enforced, type);
    }

    private static long count(Map<EjectionType, LongAdder> adders, EjectionType type) {
        return of(adders, type).sum();
    }

    private static LongAdder of(Map<EjectionType, LongAdder> adders, EjectionType type) {
        return Objects.requireNonNull(adders.get(type));
    }

    /// How often one was not ejected because too many were.
    public long overflow() {
        return overflow.sum();
    }

    /// An outlier was found.
    synchronized void found(OutlierMonitor monitor, EjectionType type, OutlierEvent.Rates rates, long now) {
        var state = monitor.state();
        if (!monitors.containsKey(state) || state.isEjected(now)) {
            return;
        }
        of(detected, type).increment();
        var current = policy;
        if (!mayEject(current.ejections(), now)) {
            overflow.increment();
            return;
        }
        boolean enforces = drawn(100) < current.enforcing(type);
        if (enforces) {
            readmit(monitor, now); // tells of an ejection that has ended since the last look
            of(enforced, type).increment();
            eject(state, current.ejections(), now);
            monitor.ejected(now);
            monitor.beginAnew();
        }
        events.accept(new OutlierEvent.Ejected(
                monitor.host(), state.ejections(), type, enforces, rates, monitor.sinceReadmitted(now)));
    }

    private boolean mayEject(OutlierPolicy.Ejections limits, long now) {
        int active = active(now);
        return (limits.alwaysOne() && active == 0) || 100.0 * (active + 1) / monitors.size() <= limits.mostPercent();
    }

    private void eject(HostState state, OutlierPolicy.Ejections limits, long now) {
        long base = limits.base().toNanos();
        long longest = limits.longest().toNanos();
        long wanted = base * (state.ejections() + 1L);
        long jitter = limits.jitter().isZero() ? 0 : drawn(limits.jitter().toNanos() + 1);
        state.eject(now + Math.min(wanted, longest) + jitter);
        if (wanted >= longest + base) {
            state.forgive(); // it would not last longer for it, and more would have to be forgiven
        }
    }

    /// A number below `bound`, evenly.
    private long drawn(long bound) {
        return Math.unsignedMultiplyHigh(chance.getAsLong(), bound);
    }

    /// Ends the ejection of a host, where it is ejected.
    synchronized void readmit(OutlierMonitor monitor, long now) {
        if (monitor.state().readmit()) {
            monitor.beginAnew();
            monitor.readmitted(now);
            events.accept(new OutlierEvent.Readmitted(
                    monitor.host(), monitor.state().ejections(), monitor.sinceEjected(now)));
        }
    }

    /// An interval is over at `now`: ejections that have ended are told, one of each host that was in service is
    /// forgiven, and rates are judged.
    public synchronized void look(long now) {
        var inService = new ArrayList<OutlierMonitor>();
        for (var monitor : monitors.values()) {
            var state = monitor.state();
            if (state.isEjected(now)) {
                monitor.answers().take();
                monitor.tries().take();
                continue;
            }
            if (state.wasEjected()) {
                readmit(monitor, now);
            } else {
                state.forgive();
            }
            inService.add(monitor);
        }
        judge(
                rates(inService, monitor -> monitor.answers().take()),
                EjectionType.SUCCESS_RATE,
                EjectionType.FAILURE_PERCENTAGE,
                now);
        judge(
                rates(inService, monitor -> monitor.tries().take()),
                EjectionType.SUCCESS_RATE_LOCAL_ORIGIN,
                EjectionType.FAILURE_PERCENTAGE_LOCAL_ORIGIN,
                now);
    }

    /// What a host's requests of an interval came to.
    private record Rate(OutlierMonitor monitor, Counted counted) {}

    private static List<Rate> rates(List<OutlierMonitor> monitors, Function<OutlierMonitor, Counted> counted) {
        return monitors.stream()
                .map(monitor -> new Rate(monitor, counted.apply(monitor)))
                .filter(rate -> rate.counted().total() > 0)
                .toList();
    }

    private void judge(List<Rate> rates, EjectionType deviating, EjectionType failing, long now) {
        deviations(rates, deviating, now);
        failures(rates, failing, now);
    }

    private void deviations(List<Rate> all, EjectionType type, long now) {
        var settings = policy.successRate();
        var rates = all.stream()
                .filter(rate -> rate.counted().total() >= settings.requestVolume())
                .toList();
        if (rates.isEmpty() || rates.size() < settings.minimumHosts()) {
            return;
        }
        double mean =
                rates.stream().mapToDouble(rate -> rate.counted().percent()).sum() / rates.size();
        double variance = rates.stream()
                        .mapToDouble(rate -> Math.pow(rate.counted().percent() - mean, 2))
                        .sum()
                / rates.size();
        double threshold = mean - settings.deviations() * Math.sqrt(variance);
        for (var rate : rates) {
            double percent = rate.counted().percent();
            if (percent < threshold) {
                found(rate.monitor(), type, OutlierEvent.Rates.deviating(percent, mean, threshold), now);
            }
        }
    }

    private void failures(List<Rate> all, EjectionType type, long now) {
        var settings = policy.failurePercentage();
        var rates = all.stream()
                .filter(rate -> rate.counted().total() >= settings.requestVolume())
                .toList();
        if (rates.size() < settings.minimumHosts()) {
            return;
        }
        for (var rate : rates) {
            double percent = rate.counted().percent();
            if (100 - percent >= settings.threshold()) {
                found(rate.monitor(), type, OutlierEvent.Rates.failing(percent), now);
            }
        }
    }
}
