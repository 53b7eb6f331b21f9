package io.heddle.xds.read.route;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.xds.read.core.HeaderEditReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.filter.FilterReaders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The header changes and filter settings that a table, a virtual host, a route and a weighted cluster can all have.
///
/// @param request header changes on the way in
/// @param response header changes on the way out
/// @param overrides filter settings by filter name
record Changes(List<HeaderChange> request, List<HeaderChange> response, Map<String, FilterOverride> overrides) {
    /// The five fields that those messages share by name, though not by type.
    record Source(
            List<HeaderValueOption> requestAdded,
            List<String> requestRemoved,
            List<HeaderValueOption> responseAdded,
            List<String> responseRemoved,
            Map<String, Any> filterConfigs) {}

    static Changes read(Source source, Scope scope) {
        return new Changes(
                HeaderEditReader.read(source.requestAdded(), source.requestRemoved(), scope, "request"),
                HeaderEditReader.read(source.responseAdded(), source.responseRemoved(), scope, "response"),
                FilterReaders.overrides(source.filterConfigs(), scope));
    }

    /// These and those of the level above. The more specific header change is made first, so that of two that set
    /// a header the less specific counts, or last where `specificWins`. Of two settings of one filter the more
    /// specific counts, unless the filter heeds both.
    Changes over(Changes outer, boolean specificWins) {
        var settings = new HashMap<>(outer.overrides);
        overrides.forEach((name, own) -> settings.merge(name, own, (wide, narrow) -> narrow.over(wide)));
        return specificWins
                ? new Changes(joined(outer.request, request), joined(outer.response, response), settings)
                : new Changes(joined(request, outer.request), joined(response, outer.response), settings);
    }

    private static List<HeaderChange> joined(List<HeaderChange> first, List<HeaderChange> second) {
        if (first.isEmpty() || second.isEmpty()) {
            return first.isEmpty() ? second : first;
        }
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
