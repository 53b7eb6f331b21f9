package io.heddle.proxy.upstream.health;

import io.heddle.proxy.observe.EventFiles;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.resilience.health.OutlierDetector;
import io.heddle.traffic.resilience.health.OutlierEvent;
import io.heddle.traffic.runtime.Cluster;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The outlier detectors of all clusters that have one, and the clock that has each look about. What they do stands in
/// the log, with the field names of Envoy's outlier event log. Safe on any thread.
public final class Outliers {
    private static final Logger log = LoggerFactory.getLogger(Outliers.class);

    private final EventLoop timer;
    private final EventFiles files;
    private final Map<String, Watch> watches = new ConcurrentHashMap<>();
    private volatile Optional<String> file = Optional.empty();

    /// A detector and what calls it once an interval.
    private record Watch(OutlierDetector detector, Future<?> clock) {}

    /// Those whose clock is `timer`, told in `files` where one is named.
    public Outliers(EventLoop timer, EventFiles files) {
        this.timer = timer;
        this.files = files;
    }

    /// What happens from now on is told in the file at `path`, too.
    public void writeTo(Optional<String> path) {
        file = path;
    }

    /// Has `hosts` watched as `cluster` says; empty where it says nothing of outliers.
    public Optional<OutlierDetector> watch(Cluster cluster, Collection<Host> hosts) {
        var policy = cluster.health().outliers();
        if (policy.isEmpty()) {
            forget(cluster.name());
            return Optional.empty();
        }
        var known = watches.get(cluster.name());
        var detector = known == null
                ? new OutlierDetector(
                        policy.get(),
                        () -> ThreadLocalRandom.current().nextLong(),
                        event -> happened(cluster.name(), event))
                : known.detector();
        var before = detector.policy().interval();
        detector.watch(policy.get(), hosts);
        if (known == null || !before.equals(policy.get().interval())) {
            if (known != null) {
                known.clock().cancel(false);
            }
            long interval = policy.get().interval().toNanos();
            var clock = timer.scheduleWithFixedDelay(
                    () -> detector.look(System.nanoTime()), interval, interval, TimeUnit.NANOSECONDS);
            watches.put(cluster.name(), new Watch(detector, clock));
        }
        return Optional.of(detector);
    }

    private void forget(String cluster) {
        var gone = watches.remove(cluster);
        if (gone != null) {
            gone.clock().cancel(false);
            gone.detector().watch(gone.detector().policy(), List.of()); // who still tells it something is not heard
        }
    }

    /// Forgets clusters that are not among `names`.
    public void keep(Set<String> names) {
        watches.keySet().stream().filter(name -> !names.contains(name)).toList().forEach(this::forget);
    }

    /// Those there are, by their cluster's name.
    public Map<String, OutlierDetector> all() {
        var all = new TreeMap<String, OutlierDetector>();
        watches.forEach((name, watch) -> all.put(name, watch.detector()));
        return all;
    }

    private void happened(String cluster, OutlierEvent event) {
        say(cluster, event);
        file.ifPresent(path -> files.write(path, OutlierLine.json(cluster, event)));
    }

    private static void say(String cluster, OutlierEvent event) {
        var line = log.atInfo()
                .addKeyValue("cluster_name", cluster)
                .addKeyValue("upstream_url", event.host())
                .addKeyValue("num_ejections", event.ejections());
        switch (event) {
            case OutlierEvent.Readmitted _ ->
                line.addKeyValue("action", "UNEJECT").log("the ejection of a host has ended");
            case OutlierEvent.Ejected ejected -> {
                var told = line.addKeyValue("action", "EJECT")
                        .addKeyValue("type", ejected.type())
                        .addKeyValue("enforced", ejected.enforced());
                var rates = ejected.rates();
                if (rates.host().isPresent()) {
                    told = told.addKeyValue("host_success_rate", rates.host().get());
                }
                if (rates.average().isPresent() && rates.threshold().isPresent()) {
                    told = told.addKeyValue(
                                    "cluster_average_success_rate",
                                    rates.average().get())
                            .addKeyValue(
                                    "cluster_success_rate_ejection_threshold",
                                    rates.threshold().get());
                }
                told.log(ejected.enforced() ? "a host is ejected" : "a host is an outlier, which is not enforced");
            }
        }
    }
}
