package io.heddle.traffic.filter;

import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import java.time.Duration;
import java.util.Optional;

/// Holds back a request whose virtual host or cluster is not known until the control plane was asked for it, as
/// Envoy's `envoy.filters.http.on_demand`.
///
/// A virtual host is asked for where the route configuration says that it has more of them (`vhds`); when the answer
/// is there, the request begins again at its route. A cluster is asked for where the filter or the route says so
/// (`odcds`), and the request goes on.
public final class OnDemandFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.on_demand";

    /// How long is waited where nothing is said.
    public static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final Settings settings;
    private final FilterStep host;

    /// A filter called `name` in its chain; `settings` hold where no route overrides them.
    public OnDemandFilter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
        this.host = new FilterStep.Ask(
                new FilterStep.Question.VirtualHost(settings.clusters().orElse(TIMEOUT)));
    }

    /// What is asked for.
    ///
    /// @param clusters how long a cluster is waited for; empty asks for none
    /// @param cluster the step that asks for one
    public record Settings(Optional<Duration> clusters, FilterStep cluster) implements FilterOverride {
        /// Asks for no clusters.
        public static final Settings NONE = new Settings(Optional.empty(), FilterStep.CONTINUE);

        /// Asks for clusters and waits for `timeout`.
        public static Settings clusters(Duration timeout) {
            return new Settings(
                    Optional.of(timeout), new FilterStep.Ask(new FilterStep.Question.KnownCluster(timeout)));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (FilterOverride.disables(override)) {
            return FilterStep.CONTINUE;
        }
        var decision = request.decision();
        if (decision.equals(RouteDecision.NOT_FOUND)) {
            return host;
        }
        if (!(decision.action() instanceof RouteAction.Forward)) {
            return FilterStep.CONTINUE;
        }
        var found = override.isPresent() && override.get() instanceof Settings other ? other : settings;
        return found.cluster();
    }
}
