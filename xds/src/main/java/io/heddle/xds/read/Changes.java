package io.heddle.xds.read;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.route.FilterOverride;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The header changes and filter settings that a table, a virtual host, a route and a weighted cluster can all have.
///
/// @param request header changes on the way in
/// @param response header changes on the way out
/// @param overrides filter settings by filter name
record Changes(List<HeaderEdit> request, List<HeaderEdit> response, Map<String, FilterOverride> overrides) {
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

    /// These, and after them those of the level above: the more specific change is made first, and of two settings of
    /// one filter the more specific counts.
    Changes over(Changes outer) {
        var settings = new HashMap<>(outer.overrides);
        settings.putAll(overrides);
        return new Changes(joined(request, outer.request), joined(response, outer.response), settings);
    }

    private static List<HeaderEdit> joined(List<HeaderEdit> inner, List<HeaderEdit> outer) {
        if (inner.isEmpty() || outer.isEmpty()) {
            return inner.isEmpty() ? outer : inner;
        }
        var all = new ArrayList<>(inner);
        all.addAll(outer);
        return all;
    }
}
