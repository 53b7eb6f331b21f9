package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.HeadRules;
import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the routes of one exchange under one configuration. Part of its [HttpExchange], reused with it.
final class Routing {
    private static final RouteTable NO_ROUTES = RouteTable.of("", List.of());

    private final Worker worker;
    private final HopHeaders headers;
    private final ExchangeFacts facts;
    private RuntimeConfig config = RuntimeConfig.EMPTY;

    Routing(Worker worker, HopHeaders headers, ExchangeFacts facts) {
        this.worker = worker;
        this.headers = headers;
        this.facts = facts;
    }

    /// From now on under `current`.
    void under(RuntimeConfig current) {
        config = current;
    }

    /// The table of these settings.
    RouteTable table(NetworkFilter.Http settings) {
        return switch (settings.routes()) {
            case NetworkFilter.RouteSource.Inline(RouteTable inline) -> inline;
            case NetworkFilter.RouteSource.Named(String name) -> config.routes().getOrDefault(name, NO_ROUTES);
        };
    }

    /// Finds the route of `head`, which loses first what may not come from outside.
    RouteDecision decide(NetworkFilter.Http settings, HttpRequestHead head) {
        var table = table(settings);
        if (!table.options().internalOnly().isEmpty() && !headers.internal()) {
            HeadRules.remove(head, table.options().internalOnly());
        }
        return table.route(head, facts, Trace.OFF);
    }

    /// The route of `next`, the request sent elsewhere, which is made plain as any that comes; empty where it would be
    /// refused. What routes may ask goes on to be about `head`.
    Optional<RouteDecision> elsewhere(NetworkFilter.Http settings, HttpRequestHead next, HttpRequestHead head) {
        if (HeadRules.apply(next, settings, headers.client().peer()).isPresent()) {
            return Optional.empty();
        }
        facts.start(next);
        var decision = table(settings).route(next, facts, Trace.OFF);
        facts.start(head);
        return Optional.of(decision);
    }

    /// Whether a request to change to `upgrade`, or to nothing if that is empty, is carried where this action leads.
    static boolean carries(String upgrade, NetworkFilter.Http settings, RouteAction action) {
        return switch (action) {
            case RouteAction.Forward forward ->
                upgrade.isEmpty() || forward.upgrades().carry(upgrade, settings.upgrades());
            case RouteAction.Redirect _, RouteAction.DirectResponse _, RouteAction.Reject _ -> true;
        };
    }

    /// The cluster to which the route forwards; null where it does not.
    ClusterChoice.@Nullable Target target(RouteDecision decision, HttpRequestHead head) {
        return decision.action() instanceof RouteAction.Forward forward
                ? forward.target(worker.spread(), head, headers.peer(), worker.runtime())
                : null;
    }
}
