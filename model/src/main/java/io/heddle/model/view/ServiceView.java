package io.heddle.model.view;

import io.heddle.model.resource.FaultPolicy;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.Service;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A service as one caller sees it.
///
/// @param service the service
/// @param endpoints service port number → its instances, sorted by address and port
/// @param routes the routes bound to it that hold for this caller, oldest first
/// @param faults the fault policies its routes name, by `namespace/name`
public record ServiceView(
        Service service,
        SortedMap<Integer, List<EndpointView>> endpoints,
        List<HttpRoute> routes,
        Map<String, FaultPolicy> faults) {
    public ServiceView {
        var copy = new TreeMap<Integer, List<EndpointView>>();
        endpoints.forEach((port, list) -> copy.put(port, List.copyOf(list)));
        endpoints = java.util.Collections.unmodifiableSortedMap(copy);
        routes = List.copyOf(routes);
        faults = Map.copyOf(faults);
    }
}
