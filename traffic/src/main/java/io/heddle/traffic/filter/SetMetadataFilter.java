package io.heddle.traffic.filter;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.route.FilterOverride;
import java.util.List;

/// Sets dynamic metadata as configured, as Envoy's `envoy.filters.http.set_metadata`.
public final class SetMetadataFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.set_metadata";

    private static final FilterCounter DENIED = FilterCounter.ofManager(
            "envoy_http_set_metadata_overwrite_denied", "Metadata that was not set, because there was some before.");

    private final String name;
    private final Settings settings;

    /// A filter called `name` in its chain; `settings` hold where no route overrides them.
    public SetMetadataFilter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /// What is set, in order.
    public record Settings(List<Entry> entries) implements FilterOverride {
        public Settings {
            entries = List.copyOf(entries);
        }
    }

    /// What is set of one namespace.
    ///
    /// @param overwrites whether it is merged into what is there; else nothing is done where there is any
    public record Entry(String namespace, LabelValue.Fields value, boolean overwrites) {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (override.isEmpty()) {
            set(settings, request);
        } else if (override.get() instanceof Settings ofRoute) {
            set(ofRoute, request);
        }
        return FilterStep.CONTINUE;
    }

    /// What is configured cannot be too much for a request: each reader holds it to that.
    private void set(Settings found, FilterRequest request) {
        for (int i = 0; i < found.entries().size(); i++) {
            var entry = found.entries().get(i);
            if (!entry.overwrites() && request.state().has(entry.namespace())) {
                request.count(DENIED);
                continue;
            }
            boolean set = request.state().merge(entry.namespace(), entry.value());
            if (request.trace().on()) {
                request.trace().decided(name, entry.namespace(), set ? "is set" : "is too much for a request");
            }
        }
    }
}
