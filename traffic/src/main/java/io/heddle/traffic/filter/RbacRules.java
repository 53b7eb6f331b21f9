package io.heddle.traffic.filter;

import java.util.Comparator;
import java.util.List;

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
        public Policy {
            permissions = List.copyOf(permissions);
            principals = List.copyOf(principals);
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
