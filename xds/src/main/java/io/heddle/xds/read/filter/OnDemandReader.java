package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.OnDemand;
import io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.OnDemandCds;
import io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.PerRouteConfig;
import io.heddle.traffic.filter.OnDemandFilter;
import io.heddle.traffic.filter.OnDemandFilter.Settings;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.List;

/// Reads the filter that asks for virtual hosts and clusters when requests need them.
final class OnDemandReader {
    private static final Fields<OnDemand> FILTER =
            Fields.refusingOthers(OnDemand.class).reads("odcds");
    private static final Fields<PerRouteConfig> ROUTE =
            Fields.refusingOthers(PerRouteConfig.class).reads("odcds");
    private static final Fields<OnDemandCds> CLUSTERS = Fields.refusingOthers(OnDemandCds.class)
            .limits("source", "ADS only, of the delta variant")
            .limits("timeout", "5 s when not given; holds for virtual hosts too, where the filter has it")
            .refuses("resources_locator");

    /// What of the filter is read.
    static final List<Fields<?>> FIELDS = List.of(FILTER, ROUTE, CLUSTERS);

    private OnDemandReader() {}

    static Settings read(OnDemand message, Scope scope) {
        scope.check(message, FILTER);
        return message.hasOdcds() ? clusters(message.getOdcds(), scope.at("odcds")) : Settings.NONE;
    }

    static Settings route(PerRouteConfig message, Scope scope) {
        scope.check(message, ROUTE);
        return message.hasOdcds() ? clusters(message.getOdcds(), scope.at("odcds")) : Settings.NONE;
    }

    private static Settings clusters(OnDemandCds message, Scope scope) {
        scope.check(message, CLUSTERS);
        Values.overAds(message.getSource(), scope.at("source"));
        var timeout = message.hasTimeout()
                ? Values.duration(message.getTimeout(), OnDemandFilter.TIMEOUT, scope.at("timeout"))
                : OnDemandFilter.TIMEOUT;
        return Settings.clusters(timeout);
    }
}
