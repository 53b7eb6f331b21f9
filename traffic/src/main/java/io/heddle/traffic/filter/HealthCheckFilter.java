package io.heddle.traffic.filter;

import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.FilterOverride;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Answers those who ask whether the proxy, or the application behind it, is well, as Envoy's
/// `envoy.filters.http.health_check`. A proxy that is to fail says so in all answers, so that whoever sends it requests
/// stops without waiting for the next check.
///
/// The answer that is kept for a while stands in the filter: a new configuration asks the application again.
public final class HealthCheckFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.health_check";

    private static final HeaderName CLUSTER = HeaderName.of("x-envoy-upstream-healthchecked-cluster");
    private static final HeaderEdit FAIL =
            new HeaderEdit(HeaderEdit.Action.SET, HeaderName.of("x-envoy-immediate-health-check-fail"), "true");
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final String name;
    private final Settings settings;
    private volatile Kept kept = new Kept(0, 0);

    /// A filter called `name` in its chain.
    public HealthCheckFilter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /// Which requests ask, and what they get.
    ///
    /// @param passThrough whether they go to the application, unless the proxy is to fail
    /// @param cacheTime how long the application's answer holds for others, too; zero asks it each time
    /// @param minimums the percentage of a cluster's hosts that must take requests, by its name
    /// @param headers requests ask whose headers fit, all of them
    public record Settings(
            boolean passThrough, Duration cacheTime, Map<String, Double> minimums, List<HeaderMatcher> headers) {
        public Settings {
            minimums = Map.copyOf(minimums);
            headers = List.copyOf(headers);
        }
    }

    /// An answer of the application.
    private record Kept(int status, long until) {}

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
        var health = request.health();
        if (health.fails()) {
            request.responseEdits().add(FAIL);
        }
        if (!asks(request)) {
            return FilterStep.CONTINUE;
        }
        request.state().healthCheck();
        request.responseEdits().add(new HeaderEdit(HeaderEdit.Action.SET, CLUSTER, health.cluster()));
        if (health.fails()) {
            return reply(UNAVAILABLE, "health_check_failed");
        }
        if (!settings.passThrough()) {
            return byClusters(request);
        }
        if (settings.cacheTime().isZero()) {
            return FilterStep.CONTINUE;
        }
        var answer = kept;
        if (answer.status() != 0 && request.now() - answer.until() < 0) {
            return reply(answer.status(), "health_check_cached");
        }
        request.atEnd(this::keep);
        return FilterStep.CONTINUE;
    }

    private boolean asks(FilterRequest request) {
        for (int i = 0; i < settings.headers().size(); i++) {
            if (!settings.headers().get(i).matches(request.head())) {
                return false;
            }
        }
        return true;
    }

    private FilterStep byClusters(FilterRequest request) {
        for (var minimum : new TreeMap<>(settings.minimums()).entrySet()) {
            var found = request.hosts(minimum.getKey());
            if (found.isEmpty()) {
                return reply(UNAVAILABLE, "health_check_failed_no_cluster_found");
            }
            var hosts = found.get();
            if (hosts.all() == 0 && minimum.getValue() > 0) {
                return reply(UNAVAILABLE, "health_check_failed_cluster_empty");
            }
            if (100.0 * hosts.taking() < hosts.all() * minimum.getValue()) {
                return reply(UNAVAILABLE, "health_check_failed_cluster_unhealthy");
            }
        }
        return reply(OK, "health_check_ok");
    }

    private void keep(FilterEnd.Ended ended, FilterRequest request) {
        if (ended.status() != 0) {
            kept = new Kept(ended.status(), ended.now() + settings.cacheTime().toNanos());
        }
    }

    private static FilterStep reply(int status, String details) {
        var flag = status == OK ? ResponseFlag.NONE : ResponseFlag.FAILED_LOCAL_HEALTH_CHECK;
        return new FilterStep.Reply(LocalReply.of(status, "", flag, details));
    }
}
