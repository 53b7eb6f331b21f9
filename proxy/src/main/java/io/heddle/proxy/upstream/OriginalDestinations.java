package io.heddle.proxy.upstream;

import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.request.PeerMetadata;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// The hosts of an `ORIGINAL_DST` cluster: whatever its clients wanted to reach, the latest [#LIMIT] of them. A host
/// that nobody asked for the longest makes room and loses its idle connections; what is under way on it goes on.
/// Safe on any thread.
final class OriginalDestinations implements LoadBalancer {
    static final int LIMIT = 1024;

    private final Function<Host, UpstreamTarget> connect;
    private final Consumer<List<HostState>> retire;
    private final Map<InetSocketAddress, Host> hosts = new LinkedHashMap<>(16, 0.75f, true);

    /// `connect` says how a host is reached, `retire` ends what is idle on hosts.
    OriginalDestinations(Function<Host, UpstreamTarget> connect, Consumer<List<HostState>> retire) {
        this.connect = connect;
        this.retire = retire;
    }

    /// The host at an address; the same one while it is remembered.
    synchronized Host host(InetSocketAddress address) {
        var known = hosts.get(address);
        if (known != null) {
            return known;
        }
        if (hosts.size() >= LIMIT) {
            var oldest = hosts.entrySet().iterator();
            retire.accept(List.of(oldest.next().getValue().state()));
            oldest.remove();
        }
        var endpoint = new Endpoint(
                address.getAddress().getHostAddress(),
                address.getPort(),
                1,
                Endpoint.Health.HEALTHY,
                0,
                Map.of(),
                PeerMetadata.UNKNOWN);
        var host = new Host(endpoint, new HostState());
        hosts.put(address, host);
        return host;
    }

    @Override
    public Optional<Host> pick(PickRequest request) {
        return request.destination().map(this::host);
    }

    @Override
    public Optional<Host> pickInService(PickRequest request) {
        return pick(request);
    }

    /// How a host is reached.
    UpstreamTarget target(Host host) {
        return connect.apply(host);
    }

    /// The live state of all hosts.
    synchronized List<HostState> states() {
        var states = new ArrayList<HostState>();
        hosts.values().forEach(host -> states.add(host.state()));
        return states;
    }
}
