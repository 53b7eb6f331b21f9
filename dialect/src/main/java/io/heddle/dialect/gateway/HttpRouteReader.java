package io.heddle.dialect.gateway;

import io.heddle.dialect.tree.Durations;
import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.HttpRoute.Backend;
import io.heddle.model.resource.HttpRoute.Parent;
import io.heddle.model.resource.HttpRoute.Retry;
import io.heddle.model.resource.HttpRoute.Rule;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.RouteFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Reads a Gateway API HTTPRoute that is bound to services (GAMMA, GEP-1324).
public final class HttpRouteReader {
    /// How many more tries a retry without `attempts` stands for, as Envoy's `num_retries`.
    static final int DEFAULT_ATTEMPTS = 1;

    private HttpRouteReader() {}

    /// The route in `root`.
    public static Resource read(Fields root) {
        var spec = root.requiredObject("spec");
        spec.warn("useDefaultGateways", "has no effect: the route is bound to services only", "remove it");
        spec.warn("hostnames", "is ignored for parents that are services, as the Gateway API says", "remove it");
        var hostnames = spec.texts("hostnames");
        for (int i = 0; i < hostnames.size(); i++) {
            if (!Names.isWildcardDnsName(hostnames.get(i))) {
                spec.error(
                        "hostnames[" + i + "]",
                        "\"" + hostnames.get(i) + "\" is not a host name",
                        "use a lower-case DNS name; only its first label may be *");
            }
        }
        return new HttpRoute(root.object(), parents(spec), hostnames, rules(spec));
    }

    private static List<Parent> parents(Fields spec) {
        var result = new ArrayList<Parent>();
        var seen = new HashSet<Parent>();
        for (var ref : spec.objects("parentRefs")) {
            ref.refuse("sectionName", "a port's name is not taken here", "use port with its number");
            boolean service = ReferenceReader.isService(ref, "gateway.networking.k8s.io", "Gateway");
            if (!service) {
                ref.error(
                        "kind",
                        "only services can be parents: there are no gateways yet",
                        "write group: \"\" and kind: Service");
            }
            var parent = new Parent(ReferenceReader.service(ref), ref.integer("port", 1, 65_535));
            if (!seen.add(parent)) {
                ref.error("", "names the same parent as another entry", "remove one");
            }
            result.add(parent);
        }
        if (result.isEmpty()) {
            spec.error("parentRefs", "at least one parent is required", "name the service whose traffic is routed");
        }
        return result;
    }

    /// No rule at all means one that matches everything and has no backend, by the Gateway API's default.
    private static List<Rule> rules(Fields spec) {
        var result = new ArrayList<Rule>();
        var names = new HashSet<String>();
        for (var rule : spec.objects("rules")) {
            var read = rule(rule);
            if (!read.name().isEmpty() && !names.add(read.name())) {
                rule.error("name", "another rule is named \"" + read.name() + "\"", "give each rule its own name");
            }
            result.add(read);
        }
        if (result.isEmpty()) {
            spec.error("rules", "at least one rule is required", "add a rule with backendRefs");
        }
        return result;
    }

    private static Rule rule(Fields rule) {
        var name = rule.text("name").orElse("");
        if (!name.isEmpty() && !Names.isDnsName(name)) {
            rule.error("name", "\"" + name + "\" is not a DNS name", "use lower-case letters, digits and hyphens");
        }
        rule.warn("sessionPersistence", "has no effect yet: requests are balanced one by one", "remove it");
        var matches = new ArrayList<HttpRoute.Match>();
        for (var match : rule.objects("matches")) {
            matches.add(MatchReader.read(match));
        }
        var filters = FilterReader.read(rule, matches);
        var backends = backends(rule);
        checkAnswer(rule, filters, backends);
        var timeouts = rule.object("timeouts");
        var request = Durations.gateway(timeouts, "request");
        var backend = Durations.gateway(timeouts, "backendRequest");
        checkTimeouts(timeouts, request, backend);
        return new Rule(name, matches, filters, backends, request, backend, retry(rule));
    }

    private static void checkAnswer(Fields rule, List<RouteFilter> filters, List<Backend> backends) {
        boolean redirects = filters.stream().anyMatch(RouteFilter.Redirect.class::isInstance);
        if (redirects && !backends.isEmpty()) {
            rule.error("backendRefs", "do not go with a RequestRedirect filter", "remove one of them");
        }
        if (!redirects && backends.isEmpty()) {
            rule.warning("backendRefs", "without a backend the rule answers 500", "name a backend");
        }
    }

    private static void checkTimeouts(Fields timeouts, Optional<Duration> request, Optional<Duration> backend) {
        boolean limited = request.isPresent() && !request.get().isZero();
        if (limited && backend.isPresent() && backend.get().compareTo(request.get()) > 0) {
            timeouts.error("backendRequest", "is longer than request", "make it at most request");
        }
    }

    private static List<Backend> backends(Fields rule) {
        var result = new ArrayList<Backend>();
        for (var ref : rule.objects("backendRefs")) {
            int weight = ref.integer("weight", 0, 1_000_000).orElse(1);
            var filters = FilterReader.read(ref, List.of());
            for (int i = 0; i < filters.size(); i++) {
                if (filters.get(i) instanceof RouteFilter.Redirect) {
                    ref.error("filters[" + i + "]", "a single backend cannot redirect", "redirect in the rule");
                }
            }
            result.add(new Backend(backendService(ref), ReferenceReader.requiredPort(ref), weight, filters));
        }
        return result;
    }

    private static ServiceName backendService(Fields ref) {
        if (!ReferenceReader.isService(ref, "", "Service")) {
            ref.error("kind", "only services can be backends", "write kind: Service, without a group");
        }
        return ReferenceReader.backend(ref);
    }

    private static Optional<Retry> retry(Fields rule) {
        return rule.optionalObject("retry").flatMap(retry -> {
            var codes = retry.integers("codes", 400, 599);
            if (new HashSet<>(codes).size() < codes.size()) {
                retry.error("codes", "a code is given twice", "remove one");
            }
            int attempts = retry.integer("attempts", 0, 100).orElse(DEFAULT_ATTEMPTS);
            var backoff = Durations.gateway(retry, "backoff");
            return attempts == 0 ? Optional.empty() : Optional.of(new Retry(codes, attempts, backoff));
        });
    }
}
