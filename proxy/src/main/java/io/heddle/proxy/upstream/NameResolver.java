package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.Endpoint;
import io.heddle.traffic.runtime.Cluster;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns the names in DNS clusters into addresses, with the JDK's resolver on a thread of its own, every five seconds
/// (Envoy's default `dns_refresh_rate`). A name that cannot be resolved keeps its last addresses.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class NameResolver {
    private static final Logger log = LoggerFactory.getLogger(NameResolver.class);
    private static final long REFRESH_SECONDS = 5;

    private final Consumer<Map<String, List<String>>> changed;
    private final Map<String, List<String>> addresses = new ConcurrentHashMap<>();
    private volatile Set<String> watched = Set.of();
    private @Nullable ScheduledExecutorService thread;

    NameResolver(Consumer<Map<String, List<String>>> changed) {
        this.changed = changed;
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
        if (!names.isEmpty() && thread == null) {
            thread = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("heddle-names").factory());
            thread.scheduleWithFixedDelay(this::refresh, 0, REFRESH_SECONDS, TimeUnit.SECONDS);
        } else if (!names.isEmpty() && thread != null && !addresses.keySet().containsAll(names)) {
            thread.execute(this::refresh);
        }
    }

    private void refresh() {
        var news = new HashMap<String, List<String>>();
        for (var name : watched) {
            try {
                var found = List.of(InetAddress.getAllByName(name)).stream()
                        .map(InetAddress::getHostAddress)
                        .toList();
                if (!found.equals(addresses.put(name, found))) {
                    news.put(name, found);
                }
            } catch (UnknownHostException unknown) {
                log.atWarn().addKeyValue("name", name).log("a cluster's name cannot be resolved");
            }
        }
        if (!news.isEmpty()) {
            changed.accept(news);
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
            case STATIC, EDS -> false;
        };
    }
}
