package io.heddle.traffic.filter;

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

    /// One policy: one of the permissions and one of the principals must match.
    public record Policy(String name, List<Permission> permissions, List<Principal> principals) {
        private static final Pattern OBJECT = Pattern.compile("ns\\[([^\\]]*)]-policy\\[([^\\]]*)]-rule\\[\\d+]");

        public Policy {
            permissions = List.copyOf(permissions);
            principals = List.copyOf(principals);
        }

        /// The object that this policy is a rule of, `namespace/name`, where the name has Istio's form
        /// `ns[namespace]-policy[name]-rule[index]`; else the name.
        public String object() {
            var form = OBJECT.matcher(name);
            return form.matches() ? form.group(1) + "/" + form.group(2) : name;
        }

        /// Whether `request` fits.
        boolean matches(FilterRequest request) {
            return permitted(request) && named(request);
        }

        private boolean permitted(FilterRequest request) {
            for (int i = 0; i < permissions.size(); i++) {
                if (permissions.get(i).matches(request)) {
                    return true;
                }
            }
            return false;
        }

        private boolean named(FilterRequest request) {
            for (int i = 0; i < principals.size(); i++) {
                if (principals.get(i).matches(request)) {
                    return true;
                }
            }
            return false;
        }
    }
}
