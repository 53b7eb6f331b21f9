package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.request.HeaderName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Picks the host that a header of the request names, where it is there and well; else another balancer picks.
final class OverrideBalancer implements LoadBalancer {
    private final List<HeaderName> headers;
    private final Map<String, Host> hosts = new HashMap<>();
    private final Set<Endpoint.Health> healths;
    private final LoadBalancer fallback;

    OverrideBalancer(List<HeaderName> headers, HostSet set, Set<Endpoint.Health> healths, LoadBalancer fallback) {
        this.headers = headers;
        this.healths = healths;
        this.fallback = fallback;
        set.hosts().forEach(host -> hosts.put(host.endpoint().key(), host));
    }

    @Override
    public Optional<Host> pick(PickRequest request) {
        var named = named(request);
        return named.isPresent() ? named : fallback.pick(request);
    }

    @Override
    public Optional<Host> pickInService(PickRequest request) {
        var named = named(request);
        return named.isPresent() ? named : fallback.pickInService(request);
    }

    /// The first host of the first header that is there which was not tried.
    private Optional<Host> named(PickRequest request) {
        for (int i = 0; i < headers.size(); i++) {
            var value = request.header(headers.get(i));
            if (value.isPresent() && !value.get().isEmpty()) {
                return first(value.get(), request);
            }
        }
        return Optional.empty();
    }

    private Optional<Host> first(String addresses, PickRequest request) {
        Optional<Host> found = Optional.empty();
        for (int at = 0; at < addresses.length() && found.isEmpty(); ) {
            int comma = addresses.indexOf(',', at);
            int end = comma < 0 ? addresses.length() : comma;
            found = new RequestedHost(addresses.substring(at, end).strip(), false).among(hosts, healths, request);
            at = end + 1;
        }
        return found;
    }
}
