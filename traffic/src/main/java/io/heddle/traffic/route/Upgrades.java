package io.heddle.traffic.route;

import java.util.Map;

/// Which requests to change the protocol of their connection are carried (Envoy's `upgrade_configs`, of the connection
/// manager and of a route). The type `connect` stands for CONNECT.
///
/// @param types type in lower case, for example `websocket` → whether it is carried
/// @param terminatesConnect whether a CONNECT ends here and its bytes go to the cluster as they are (`connect_config`),
///     instead of as another CONNECT
public record Upgrades(Map<String, Boolean> types, boolean terminatesConnect) {
    public static final Upgrades NONE = new Upgrades(Map.of(), false);

    public Upgrades {
        types = Map.copyOf(types);
    }

    /// Whether `type` is carried by a route with these and a connection manager with `wider`; the route's word counts
    /// first.
    public boolean carry(String type, Upgrades wider) {
        return types.getOrDefault(type, wider.types.getOrDefault(type, false));
    }
}
