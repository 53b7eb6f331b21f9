package io.heddle.traffic.balance;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A host that a request asks for by its address, for example because its session is there.
///
/// @param address with its port, as [Endpoint#socketAddress]
/// @param strict whether the request fails rather than go to another host
public record RequestedHost(String address, boolean strict) {
    /// That host among `hosts`; empty when it is not there, was tried, or is not of a health among `healths`. An
    /// ejected host counts as unhealthy.
    public Optional<Host> among(Map<String, Host> hosts, Set<Endpoint.Health> healths, PickRequest request) {
        boolean bracketed = address.startsWith("[") && address.indexOf("]:") > 0;
        var found = hosts.get(bracketed ? address.substring(1).replace("]:", ":") : address);
        if (found == null || request.tried(found)) {
            return Optional.empty();
        }
        var health = found.state().isOut(request.now())
                ? Endpoint.Health.UNHEALTHY
                : found.endpoint().said();
        return healths.contains(health) ? Optional.of(found) : Optional.empty();
    }
}
