package io.heddle.proxy.upstream.connect;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Where new connections to a host go: one address, or several in the order in which they are tried. That may change
/// while its connections stand when the host is a name (`LOGICAL_DNS`). Safe on any thread.
public final class HostAddress {
    private volatile List<InetSocketAddress> now;

    private HostAddress(List<InetSocketAddress> first) {
        this.now = first;
    }

    /// The addresses of `endpoint` in this order.
    public static HostAddress of(Endpoint endpoint, AddressOrder order) {
        return new HostAddress(ordered(endpoint, order));
    }

    /// The addresses of `endpoint` as `cluster` says. A name that is one host keeps its connections when its address
    /// changes: it goes on with what it had `before`.
    public static HostAddress of(Cluster cluster, Endpoint endpoint, Optional<UpstreamTarget> before) {
        var order = cluster.opening().order();
        if (before.isEmpty()
                || !(cluster.discovery() instanceof Cluster.Discovery.Dns(var logical, var _, var _))
                || !logical) {
            return of(endpoint, order);
        }
        var kept = before.get().address();
        kept.moveTo(endpoint, order);
        return kept;
    }

    private static List<InetSocketAddress> ordered(Endpoint endpoint, AddressOrder order) {
        var first = socket(endpoint.address(), endpoint.port());
        if (endpoint.additional().isEmpty()) {
            return List.of(first);
        }
        var all = new LinkedHashSet<>(List.of(first));
        endpoint.additional().forEach(other -> all.add(socket(other.host(), other.port())));
        return inTurn(all, order);
    }

    /// So many of the family that comes first, then one of the other and one of the first in turn.
    private static List<InetSocketAddress> inTurn(Iterable<InetSocketAddress> all, AddressOrder order) {
        var four = new ArrayDeque<InetSocketAddress>();
        var six = new ArrayDeque<InetSocketAddress>();
        boolean begun = false;
        boolean fourFirst = true;
        for (var address : all) {
            boolean isFour = address.getAddress() instanceof Inet4Address;
            fourFirst = begun ? fourFirst : isFour;
            begun = true;
            (isFour ? four : six).addLast(address);
        }
        fourFirst = switch (order.first()) {
            case AS_FOUND -> fourFirst;
            case IPV4 -> true;
            case IPV6 -> false;
        };
        var first = fourFirst ? four : six;
        var other = fourFirst ? six : four;
        var turns = new ArrayList<InetSocketAddress>();
        for (int i = 0; i < order.count() && !first.isEmpty(); i++) {
            turns.add(first.removeFirst());
        }
        while (!first.isEmpty() || !other.isEmpty()) {
            if (!other.isEmpty()) {
                turns.add(other.removeFirst());
            }
            if (!first.isEmpty()) {
                turns.add(first.removeFirst());
            }
        }
        return List.copyOf(turns);
    }

    private static InetSocketAddress socket(String host, int port) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        return address == null ? InetSocketAddress.createUnresolved(host, port) : new InetSocketAddress(address, port);
    }

    /// At least one; unresolved where the host is a name.
    public List<InetSocketAddress> now() {
        return now;
    }

    /// New connections go to the addresses of `endpoint`.
    public void moveTo(Endpoint endpoint, AddressOrder order) {
        now = ordered(endpoint, order);
    }

    /// Whether connections made for `other` go where those for this one do.
    @SuppressWarnings("ReferenceEquality") // one that moved is still itself
    boolean serves(HostAddress other) {
        return this == other || now.equals(other.now);
    }
}
