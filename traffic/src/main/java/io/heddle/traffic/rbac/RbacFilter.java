package io.heddle.traffic.rbac;

import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.request.Denial;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.route.FilterOverride;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Lets a request pass or answers 403 `RBAC: access denied`, as Envoy's `envoy.filters.http.rbac`.
///
/// The reply's details name the policy: `rbac_access_denied_matched_policy[<name>]`, `none` where no ALLOW policy
/// matched; its [Denial] names the policies in both cases. Replies are made ready per policy, so deciding allocates
/// nothing (addresses and regular expressions aside).
public final class RbacFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.rbac";

    /// How the details of a denial begin; the policy's name and `]` follow.
    public static final String DETAILS_PREFIX = "rbac_access_denied_matched_policy[";

    private final String name;
    private final Compiled compiled;

    /// Other rules in place of the listener's, as Envoy's `RBACPerRoute`.
    public static final class PerRoute implements FilterOverride {
        private final Compiled compiled;

        /// Overrides with `rules`; empty lets all pass.
        public PerRoute(Optional<RbacRules> rules) {
            this.compiled = new Compiled(rules);
        }
    }

    /// A filter called `name` in its chain; no rules let all pass.
    public RbacFilter(String name, Optional<RbacRules> rules) {
        this.name = name;
        this.compiled = new Compiled(rules);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (override.isEmpty()) {
            return compiled.decide(name, request);
        }
        if (override.get() instanceof FilterOverride.Disabled) {
            return FilterStep.CONTINUE;
        }
        return override.get() instanceof PerRoute other
                ? other.compiled.decide(name, request)
                : compiled.decide(name, request);
    }

    private static FilterStep.Reply reply(String policy, Denial denial) {
        return new FilterStep.Reply(LocalReply.denied(denial, DETAILS_PREFIX + policy + "]"));
    }

    private static final class Compiled {
        private final RbacRules.Action action;
        private final List<RbacRules.Policy> policies;
        private final List<FilterStep.Reply> replies;
        private final FilterStep.Reply nothingMatched;

        Compiled(Optional<RbacRules> rules) {
            action = rules.map(RbacRules::action).orElse(RbacRules.Action.DENY);
            policies = rules.map(RbacRules::policies).orElse(List.of());
            var ready = new ArrayList<FilterStep.Reply>();
            policies.forEach(policy ->
                    ready.add(reply(policy.name(), new Denial(Denial.Reason.DENY_MATCHED, List.of(policy.object())))));
            replies = List.copyOf(ready);
            var objects =
                    policies.stream().map(RbacRules.Policy::object).distinct().toList();
            nothingMatched = reply("none", new Denial(Denial.Reason.NO_ALLOW_MATCHED, objects));
        }

        FilterStep decide(String filter, FilterRequest request) {
            for (int i = 0; i < policies.size(); i++) {
                if (policies.get(i).matches(request)) {
                    boolean allowed = action == RbacRules.Action.ALLOW;
                    heard(filter, request, policies.get(i).name(), allowed);
                    return allowed ? FilterStep.CONTINUE : replies.get(i);
                }
            }
            boolean allowed = action == RbacRules.Action.DENY;
            heard(filter, request, "none", allowed);
            return allowed ? FilterStep.CONTINUE : nothingMatched;
        }

        private static void heard(String filter, FilterRequest request, String policy, boolean allowed) {
            if (request.trace().on()) {
                request.trace().decided(filter, policy, allowed ? "allowed" : "denied");
            }
        }
    }
}
