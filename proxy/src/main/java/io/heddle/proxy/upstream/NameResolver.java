package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.Endpoint;
import io.heddle.traffic.runtime.Cluster;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns the names in DNS clusters into addresses, with the JDK's resolver, every five seconds (Envoy's default
/// `dns_refresh_rate`).
///
/// Names are asked for side by side, at most sixteen at once, and each answer counts as it comes: a name whose server
/// is silent delays no other. A name that cannot be resolved keeps its last addresses and is asked for ever more
/// seldom, down to once a minute. Safe on any thread.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class NameResolver {
    private static final Logger log = LoggerFactory.getLogger(NameResolver.class);
    private static final int AT_ONCE = 16;
    private static final long IDLE_SECONDS = 10;
    private static final int LONGEST_PAUSE = 12; // in refreshes

    private final Lookup lookup;
    private final Duration refresh;
    private final Consumer<Map<String, List<String>>> changed;
    private final Map<String, List<String>> addresses = new ConcurrentHashMap<>();
    /// The names whose answer is awaited.
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    /// Name → how it failed, while it does.
    private final Map<String, Failures> failing = new ConcurrentHashMap<>();

    private final ThreadPoolExecutor askers = new ThreadPoolExecutor(
            AT_ONCE,
            AT_ONCE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("heddle-names-", 0).factory());
    private volatile Set<String> watched = Set.of();
    private @Nullable ScheduledExecutorService thread;

    /// Answers with a name's addresses; may block.
    interface Lookup {
        List<String> addresses(String name) throws UnknownHostException;
    }

    /// @param count how often in a row
    /// @param skip how many refreshes to leave out before it is asked for again
    private record Failures(int count, int skip) {
        static Failures after(@Nullable Failures before) {
            int count = before == null ? 1 : before.count + 1;
            return new Failures(count, Math.min(LONGEST_PAUSE, 1 << Math.min(count, 10)) - 1);
        }

        Failures waited() {
            return new Failures(count, skip - 1);
        }
    }

    /// Asks the JDK's resolver; tells `changed` which names have new addresses, on a thread of its own.
    NameResolver(Consumer<Map<String, List<String>>> changed) {
        this(NameResolver::ofJdk, Duration.ofSeconds(5), changed);
    }

    NameResolver(Lookup lookup, Duration refresh, Consumer<Map<String, List<String>>> changed) {
        this.lookup = lookup;
        this.refresh = refresh;
        this.changed = changed;
        askers.allowCoreThreadTimeOut(true);
    }

    private static List<String> ofJdk(String name) throws UnknownHostException {
        return List.of(InetAddress.getAllByName(name)).stream()
                .map(InetAddress::getHostAddress)
                .toList();
    }

    /// Watches the names of `clusters` and no others.
    void watch(Collection<Cluster> clusters) {
        var names = new LinkedHashSet<String>();
        for (var cluster : clusters) {
            if (isDns(cluster)) {
                cluster.endpoints().endpoints().stream()
                        .map(Endpoint::address)
                        .filter(address -> NetUtil.createByteArrayFromIpAddressString(address) == null)
                        .forEach(names::add);
            }
        }
        watched = Set.copyOf(names);
        addresses.keySet().retainAll(names);
        failing.keySet().retainAll(names);
        if (!names.isEmpty() && thread == null) {
            thread = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("heddle-names").factory());
            thread.scheduleWithFixedDelay(this::refresh, 0, refresh.toMillis(), TimeUnit.MILLISECONDS);
        } else if (!names.isEmpty() && thread != null && !addresses.keySet().containsAll(names)) {
            thread.execute(this::askNew);
        }
    }

    private void refresh() {
        for (var name : watched) {
            var failures = failing.get(name);
            if (failures != null && failures.skip() > 0) {
                failing.replace(name, failures, failures.waited());
            } else {
                ask(name);
            }
        }
    }

    /// Asks for the names that were never asked for.
    private void askNew() {
        for (var name : watched) {
            if (!addresses.containsKey(name) && !failing.containsKey(name)) {
                ask(name);
            }
        }
    }

    private void ask(String name) {
        if (asked.add(name)) {
            askers.execute(() -> {
                try {
                    resolve(name);
                } finally {
                    asked.remove(name);
                }
            });
        }
    }

    private void resolve(String name) {
        try {
            var found = lookup.addresses(name);
            failing.remove(name);
            if (watched.contains(name) && !found.equals(addresses.put(name, found))) {
                changed.accept(Map.of(name, found));
            }
        } catch (UnknownHostException unknown) {
            var now = failing.compute(name, (_, before) -> Failures.after(before));
            if (now.count() == 1) {
                log.atWarn().addKeyValue("name", name).log("a cluster's name cannot be resolved");
            }
        }
    }

    /// The endpoints of `cluster` with addresses: all of a name's, or its first in a `LOGICAL_DNS` cluster. A name that
    /// was never resolved has none.
    List<Endpoint> resolve(Cluster cluster) {
        if (!isDns(cluster)) {
            return cluster.endpoints().endpoints();
        }
        var resolved = new ArrayList<Endpoint>();
        for (var endpoint : cluster.endpoints().endpoints()) {
            boolean literal = NetUtil.createByteArrayFromIpAddressString(endpoint.address()) != null;
            var found = literal ? List.of(endpoint.address()) : addresses.getOrDefault(endpoint.address(), List.of());
            int wanted = cluster.discovery() == Cluster.Discovery.LOGICAL_DNS ? 1 : found.size();
            found.stream().limit(wanted).map(address -> at(endpoint, address)).forEach(resolved::add);
        }
        return resolved;
    }

    private static Endpoint at(Endpoint endpoint, String address) {
        return new Endpoint(
                address,
                endpoint.port(),
                endpoint.weight(),
                endpoint.health(),
                endpoint.priority(),
                endpoint.transportMatch(),
                endpoint.metadata());
    }

    private static boolean isDns(Cluster cluster) {
        return switch (cluster.discovery()) {
            case STRICT_DNS, LOGICAL_DNS -> true;
            case STATIC, EDS, ORIGINAL_DST -> false;
        };
    }
}
