package io.heddle.xds.write;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.heddle.model.resource.RouteFilter;
import java.util.ArrayList;
import java.util.List;

/// Writes header changes. Envoy reads `%` in a value as the start of a command, so it is doubled.
final class HeaderChanges {
    private HeaderChanges() {}

    static List<HeaderValueOption> write(List<RouteFilter.Header> set, List<RouteFilter.Header> add) {
        var options = new ArrayList<HeaderValueOption>();
        set.forEach(header -> options.add(option(header, HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)));
        add.forEach(header -> options.add(option(header, HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD)));
        return options;
    }

    private static HeaderValueOption option(RouteFilter.Header header, HeaderAppendAction action) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder()
                        .setKey(header.name())
                        .setValue(header.value().replace("%", "%%")))
                .setAppendAction(action)
                .build();
    }
}
