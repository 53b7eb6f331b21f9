package io.heddle.xds.write;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.HttpRoute.Backend;
import io.heddle.model.resource.HttpRoute.PathMatch;
import io.heddle.model.resource.HttpRoute.Rule;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.view.ProxyView;
import io.heddle.model.view.ServiceView;
import java.util.ArrayList;
import java.util.Optional;

/// Writes one Envoy route for one match of an HTTPRoute's rule.
///
/// What cannot be done as written is answered 500, as the Gateway API demands: a backend that does not exist, a filter
/// that Envoy cannot apply to one of several backends, a fault policy that is not there, a match
/// by cookies for a proxy that knows none. It is never left out.
final class RuleWriter {
    private static final int CANNOT = 500;

    private final ProxyView view;
    private final ServiceView service;

    RuleWriter(ProxyView view, ServiceView service) {
        this.view = view;
        this.service = service;
    }

    Route write(RuleMatch candidate) {
        var match = candidate.match();
        if (!match.cookies().isEmpty() && !Cookies.areKnown(view.node().version())) {
            return Route.newBuilder()
                    .setName(candidate.name())
                    .setMatch(Cookies.undecided(match))
                    .setDirectResponse(Cookies.refusal(CANNOT))
                    .build();
        }
        var rule = candidate.asRule();
        var route = Route.newBuilder().setName(candidate.name()).setMatch(Matches.write(candidate.match()));
        if (!act(route, rule, candidate.match().path())) {
            return Route.newBuilder()
                    .setName(candidate.name())
                    .setMatch(Matches.write(candidate.match()))
                    .setDirectResponse(RouteWriter.answer(CANNOT))
                    .build();
        }
        return route.build();
    }

    /// Sets the route's action; false when the rule cannot be carried out.
    private boolean act(Route.Builder route, Rule rule, PathMatch path) {
        var filters = new ArrayList<>(rule.filters());
        if (rule.backends().size() == 1) {
            filters.addAll(rule.backends().get(0).filters());
        }
        boolean possible = filters.stream().allMatch(filter -> headersAndFaults(route, filter));
        var redirect = filters.stream()
                .filter(RouteFilter.Redirect.class::isInstance)
                .map(RouteFilter.Redirect.class::cast)
                .findFirst();
        if (!possible || redirect.isPresent()) {
            return possible && redirect(route, redirect.get(), path);
        }
        return forward(rule)
                .map(action -> {
                    filters.forEach(filter -> mirror(action, filter));
                    boolean rewritten = filters.stream().allMatch(filter -> rewrite(action, filter, path));
                    route.setRoute(action);
                    return rewritten;
                })
                .orElse(false);
    }

    private boolean headersAndFaults(Route.Builder route, RouteFilter filter) {
        return switch (filter) {
            case RouteFilter.RequestHeaders(var set, var add, var remove) -> {
                route.addAllRequestHeadersToAdd(HeaderChanges.write(set, add)).addAllRequestHeadersToRemove(remove);
                yield true;
            }
            case RouteFilter.ResponseHeaders(var set, var add, var remove) -> {
                route.addAllResponseHeadersToAdd(HeaderChanges.write(set, add)).addAllResponseHeadersToRemove(remove);
                yield true;
            }
            case RouteFilter.Fault fault -> {
                var written = fault(fault);
                written.ifPresent(config -> route.putTypedPerFilterConfig(Faults.FILTER, config));
                yield written.isPresent();
            }
            case RouteFilter.Redirect _, RouteFilter.Rewrite _, RouteFilter.Mirror _ -> true;
        };
    }

    private Optional<Any> fault(RouteFilter.Fault fault) {
        var policy = service.faults()
                .get(fault.policy().namespace() + "/" + fault.policy().name());
        return Optional.ofNullable(policy).map(found -> Any.pack(Faults.write(found)));
    }

    private static boolean redirect(Route.Builder route, RouteFilter.Redirect redirect, PathMatch match) {
        var action = RedirectAction.newBuilder()
                .setResponseCode(
                        switch (redirect.status()) {
                            case 301 -> RedirectAction.RedirectResponseCode.MOVED_PERMANENTLY;
                            case 303 -> RedirectAction.RedirectResponseCode.SEE_OTHER;
                            case 307 -> RedirectAction.RedirectResponseCode.TEMPORARY_REDIRECT;
                            case 308 -> RedirectAction.RedirectResponseCode.PERMANENT_REDIRECT;
                            default -> RedirectAction.RedirectResponseCode.FOUND;
                        });
        redirect.scheme().ifPresent(action::setSchemeRedirect);
        redirect.hostname().ifPresent(action::setHostRedirect);
        redirect.port().ifPresent(action::setPortRedirect);
        if (redirect.path().isPresent()) {
            switch (PathChanges.of(redirect.path().get(), match)) {
                case PathChanges.Whole(var path) -> action.setPathRedirect(path);
                case PathChanges.Prefix(var replacement) -> action.setPrefixRewrite(replacement);
                case PathChanges.Pattern(var substitution) -> action.setRegexRewrite(substitution);
                case PathChanges.Impossible() -> {
                    return false;
                }
            }
        }
        route.setRedirect(action);
        return true;
    }

    private Optional<RouteAction.Builder> forward(Rule rule) {
        var backends =
                rule.backends().stream().filter(backend -> backend.weight() > 0).toList();
        if (backends.isEmpty()) {
            return Optional.empty();
        }
        var action = RouteAction.newBuilder()
                .setClusterNotFoundResponseCode(RouteAction.ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR)
                .setTimeout(rule.requestTimeout().map(Durations::of).orElse(Durations.ZERO));
        var retry = rule.retry().map(Retries::write).orElseGet(Retries::byDefault).toBuilder();
        rule.backendTimeout().ifPresent(timeout -> retry.setPerTryTimeout(Durations.of(timeout)));
        action.setRetryPolicy(retry);
        if (rule.backends().size() == 1) {
            return Optional.of(action.setCluster(
                    cluster(backends.get(0).service(), backends.get(0).port())));
        }
        var weighted = WeightedCluster.newBuilder();
        backends.forEach(backend -> weighted.addClusters(share(backend)));
        return Optional.of(action.setWeightedClusters(weighted));
    }

    private WeightedCluster.ClusterWeight share(Backend backend) {
        var share = WeightedCluster.ClusterWeight.newBuilder()
                .setName(cluster(backend.service(), backend.port()))
                .setWeight(UInt32Value.of(backend.weight()));
        for (var filter : backend.filters()) {
            if (!apply(share, filter)) {
                return WeightedCluster.ClusterWeight.newBuilder()
                        .setName(Names.NO_CLUSTER)
                        .setWeight(UInt32Value.of(backend.weight()))
                        .build();
            }
        }
        return share.build();
    }

    /// Applies a filter to one of several backends; false when Envoy cannot.
    private boolean apply(WeightedCluster.ClusterWeight.Builder share, RouteFilter filter) {
        return switch (filter) {
            case RouteFilter.RequestHeaders(var set, var add, var remove) -> {
                share.addAllRequestHeadersToAdd(HeaderChanges.write(set, add)).addAllRequestHeadersToRemove(remove);
                yield true;
            }
            case RouteFilter.ResponseHeaders(var set, var add, var remove) -> {
                share.addAllResponseHeadersToAdd(HeaderChanges.write(set, add)).addAllResponseHeadersToRemove(remove);
                yield true;
            }
            case RouteFilter.Rewrite(var hostname, var path) -> {
                hostname.ifPresent(share::setHostRewriteLiteral);
                yield path.isEmpty();
            }
            case RouteFilter.Fault fault -> {
                var written = fault(fault);
                written.ifPresent(config -> share.putTypedPerFilterConfig(Faults.FILTER, config));
                yield written.isPresent();
            }
            case RouteFilter.Redirect _, RouteFilter.Mirror _ -> false;
        };
    }

    private void mirror(RouteAction.Builder action, RouteFilter filter) {
        if (filter instanceof RouteFilter.Mirror(var target, var port, var percent)) {
            action.addRequestMirrorPolicies(RouteAction.RequestMirrorPolicy.newBuilder()
                    .setCluster(cluster(target, port))
                    .setRuntimeFraction(
                            RuntimeFractionalPercent.newBuilder().setDefaultValue(Faults.percent(percent))));
        }
    }

    private static boolean rewrite(RouteAction.Builder action, RouteFilter filter, PathMatch match) {
        if (!(filter instanceof RouteFilter.Rewrite(var hostname, var path))) {
            return true;
        }
        hostname.ifPresent(action::setHostRewriteLiteral);
        if (path.isPresent()) {
            switch (PathChanges.of(path.get(), match)) {
                case PathChanges.Whole(var whole) ->
                    action.setRegexRewrite(PathChanges.substitute("^[^?]*", whole.replace("\\", "\\\\")));
                case PathChanges.Prefix(var replacement) -> action.setPrefixRewrite(replacement);
                case PathChanges.Pattern(var substitution) -> action.setRegexRewrite(substitution);
                case PathChanges.Impossible() -> {
                    return false;
                }
            }
        }
        return true;
    }

    private String cluster(ServiceName name, int port) {
        var host = view.services().stream()
                .map(ServiceView::service)
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .map(found -> Names.host(found, view.mesh()))
                .orElseGet(() -> Names.host(name, view.mesh()));
        return Names.outbound(port, host);
    }
}
