package io.heddle.traffic.route;

import java.util.List;

/// A set of host names and the routes behind them, as Envoy's `route.v3.VirtualHost`.
///
/// @param name for people and metrics
/// @param domains exact hosts, `*.suffix`, `prefix.*` or `*`
/// @param routes the first that fits is taken
public record VirtualHost(String name, List<String> domains, List<Route> routes) {
    public VirtualHost {
        domains = List.copyOf(domains);
        routes = List.copyOf(routes);
    }
}
