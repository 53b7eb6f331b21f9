package io.heddle.traffic.explain;

import io.heddle.traffic.balance.RequestedHost;
import io.heddle.traffic.explain.Explanation.Outcome;
import io.heddle.traffic.filter.SessionAddress;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Folds a call through the decisions about a request: head, virtual host, route, filters, action.
record RequestFold(RuntimeConfig config, Heads heads, HostStep hosts, Moment moment) {
    /// When it happens.
    ///
    /// @param millis milliseconds since the epoch
    /// @param runtime what overrides values of the configuration then
    record Moment(long millis, RuntimeSnapshot runtime) {}

    private static final RouteTable NO_ROUTES = RouteTable.of("", List.of());

    Outcome run(Call call, NetworkFilter.Http settings, Chances chances) {
        var trace = hosts.source().trace();
        var table = table(settings, trace);
        return switch (heads.receive(call, settings, table.options().internalOnly())) {
            case Heads.Received.Refused(LocalReply reply) -> {
                trace.decided("request head", call.path(), "is answered " + reply.status() + " " + reply.details());
                yield new Outcome.Answered(reply);
            }
            case Heads.Received.Taken taken -> {
                trace.decided("request head", text(taken.head(), taken.head().path()), "is well formed");
                yield routed(call, settings, table, taken, chances);
            }
        };
    }

    private RouteTable table(NetworkFilter.Http settings, Trace trace) {
        return switch (settings.routes()) {
            case NetworkFilter.RouteSource.Inline(RouteTable inline) -> {
                trace.decided("route configuration", inline.name(), "stands in the filter chain");
                yield inline;
            }
            case NetworkFilter.RouteSource.Named(String name) -> {
                var found = config.routes().get(name);
                trace.decided("route configuration", name, found == null ? "is not known" : "is known");
                yield found == null ? NO_ROUTES : found;
            }
        };
    }

    private Outcome routed(
            Call call, NetworkFilter.Http settings, RouteTable table, Heads.Received.Taken taken, Chances chances) {
        var trace = hosts.source().trace();
        var facts = new CallFacts(taken, call.peer().principal().isPresent(), chances.next(), moment.runtime());
        var decision = table.route(taken.head(), facts, trace);
        tellAction(decision, trace);
        var target = target(decision, taken, chances, trace);
        if (!taken.upgrade().isEmpty() && !carries(taken.upgrade(), settings, decision.action())) {
            trace.decided("upgrade", taken.upgrade(), "is carried neither by the route nor by the listener");
            return new Outcome.Answered(LocalReply.of(403, "", ResponseFlag.NONE, "upgrade_failed"));
        }
        var filters = new FilterFold(taken, new FilterFold.Routed(decision, target), chances, moment.runtime(), trace);
        var reply = filters.run(settings.filters());
        if (reply.isPresent()) {
            return new Outcome.Answered(reply.get());
        }
        return switch (decision.action()) {
            case RouteAction.Forward forward -> forward(forward, target.orElseThrow(), taken, filters);
            case RouteAction.Redirect redirect -> new Outcome.Answered(redirect(redirect, taken));
            case RouteAction.DirectResponse direct -> new Outcome.Answered(direct.unwritten());
            case RouteAction.Reject(LocalReply rejected) -> new Outcome.Answered(rejected);
        };
    }

    private static void tellAction(RouteDecision decision, Trace trace) {
        var verdict = switch (decision.action()) {
            case RouteAction.Forward _ -> "forwards";
            case RouteAction.Redirect redirect -> "redirects with " + redirect.status();
            case RouteAction.DirectResponse direct ->
                "answers " + direct.status()
                        + direct.format()
                                .map(format -> " with a body by its body_format, " + format.contentType())
                                .orElse("");
            case RouteAction.Reject reject ->
                "answers " + reject.reply().status() + " " + reject.reply().details();
        };
        trace.decided("action", decision.route().name(), verdict);
    }

    private Optional<ClusterChoice.Target> target(
            RouteDecision decision, Heads.Received.Taken taken, Chances chances, Trace trace) {
        if (!(decision.action() instanceof RouteAction.Forward forward)) {
            return Optional.empty();
        }
        var target = forward.target(chances.next(), taken.head(), taken.peer(), moment.runtime());
        tellChoice(forward.cluster(), target, moment.runtime(), trace);
        return Optional.of(target);
    }

    /// Tells which clusters came into question.
    static void tellChoice(ClusterChoice choice, ClusterChoice.Target target, RuntimeSnapshot runtime, Trace trace) {
        switch (choice) {
            case ClusterChoice.One _ -> trace.decided("cluster", target.cluster(), "is the route's");
            case ClusterChoice.Header(var name, var _) ->
                trace.decided("cluster", target.cluster(), "is named by header " + name);
            case ClusterChoice.Weighted weighted -> {
                tellWeights(weighted, runtime, trace);
                var byHash = weighted.hash().isEmpty() ? "by chance" : "by the request's hash, else by chance";
                var by = weighted.header()
                        .map(name -> "by header " + name + ", else by chance")
                        .orElse(byHash);
                trace.decided("cluster", target.cluster(), "is chosen " + by);
            }
        }
    }

    private static void tellWeights(ClusterChoice.Weighted weighted, RuntimeSnapshot runtime, Trace trace) {
        int total = IntStream.range(0, weighted.choices().size())
                .map(i -> weighted.weight(i, runtime))
                .sum();
        for (int i = 0; i < weighted.choices().size(); i++) {
            var name = switch (weighted.choices().get(i)) {
                case ClusterChoice.One(var target) -> target.cluster();
                case ClusterChoice.Header(var header, var _) -> "(named by header " + header + ")";
                case ClusterChoice.Weighted _ -> "(one of several)";
            };
            trace.decided("weighted cluster", name, "has weight " + weighted.weight(i, runtime) + " of " + total);
        }
    }

    private static boolean carries(String upgrade, NetworkFilter.Http settings, RouteAction action) {
        return switch (action) {
            case RouteAction.Forward forward -> forward.upgrades().carry(upgrade, settings.upgrades());
            case RouteAction.Redirect _, RouteAction.DirectResponse _, RouteAction.Reject _ -> true;
        };
    }

    private Outcome forward(
            RouteAction.Forward forward, ClusterChoice.Target target, Heads.Received.Taken taken, FilterFold filters) {
        var trace = hosts.source().trace();
        var head = taken.head();
        var path = forward.rewrite().path().applyTo(head);
        if (!path.equals(text(head, head.path()))) {
            trace.decided("rewrite", "path", "becomes " + path);
        }
        forward.host(target, head).ifPresent(host -> trace.decided("rewrite", "authority", "becomes " + host));
        forward.mirrors()
                .forEach(mirror -> trace.decided(
                        "mirror",
                        mirror.header()
                                .map(name -> "(named by header " + name + ")")
                                .orElse(mirror.cluster()),
                        "gets a copy of " + mirror.share().millionths(moment.runtime()) / 10_000.0 + " % of requests"));
        var known = hosts.clusters().cluster(target.cluster());
        RetryWords.tell(forward, taken, known.map(found -> found.cluster().limits()), trace);
        var requested = filters.session()
                .flatMap(settings -> SessionAddress.of(settings.state(), head, moment.millis())
                        .map(address -> new RequestedHost(address, settings.strict())));
        return hosts.request(forward, target, taken, requested);
    }

    private static LocalReply redirect(RouteAction.Redirect redirect, Heads.Received.Taken taken) {
        var location = new HeaderEdit(
                HeaderEdit.Action.SET, HeaderName.LOCATION, redirect.location(taken.head(), taken.https()));
        return new LocalReply(
                redirect.status(), "", List.of(location), ResponseFlag.NONE, "direct_response", Optional.empty());
    }

    private static String text(RequestHead head, long span) {
        return Span.text(head.bytes(), span);
    }
}
