package io.heddle.traffic.rbac;

import io.heddle.traffic.filter.FilterRequest;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// Who may ask for what, as Envoy's `rbac.v3.RBAC`.
///
/// @param action what a match means
/// @param policies sorted by name, as Envoy tries them
public record RbacRules(Action action, List<Policy> policies) {
    public RbacRules {
        policies = policies.stream().sorted(Comparator.comparing(Policy::name)).toList();
    }

    /// What a match means.
    public enum Action {
        /// Only requests that a policy matches pass.
        ALLOW,
        /// Requests that a policy matches do not pass.
        DENY
    }

    /// One policy.
    ///
    /// @param name the policy
    /// @param permissions what must be asked for
    /// @param principals who must ask
    public record Policy(String name, Rule<Permission> permissions, Rule<Principal> principals) {
        private static final Pattern OBJECT = Pattern.compile("ns\\[([^\\]]*)]-policy\\[([^\\]]*)]-rule\\[\\d+]");

        /// The object that this policy is a rule of, `namespace/name`, where the name has Istio's form
        /// `ns[namespace]-policy[name]-rule[index]`; else the name.
        public String object() {
            var form = OBJECT.matcher(name);
            return form.matches() ? form.group(1) + "/" + form.group(2) : name;
        }

        /// Whether `request` fits.
        boolean matches(FilterRequest request) {
            return permissions.matches(request) && principals.matches(request);
        }
    }
}
