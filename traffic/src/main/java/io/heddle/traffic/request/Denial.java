package io.heddle.traffic.request;

import java.util.List;

/// Why authorization refused a request, and by which policies. Ready before requests come, compared by content.
///
/// @param reason what kind of refusal it is
/// @param policies the policies as `namespace/name`: the one that matched, or all that selected the workload and did
///     not match; a policy that another control plane named in its own way is called as there
public record Denial(Reason reason, List<String> policies) {
    public Denial {
        policies = List.copyOf(policies);
    }

    /// The kinds of refusal.
    public enum Reason {
        /// A DENY policy matched.
        DENY_MATCHED("deny_matched"),
        /// There are ALLOW policies for the workload, and none of them matched.
        NO_ALLOW_MATCHED("no_allow_matched");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        /// How metrics and logs call it.
        public String word() {
            return word;
        }
    }
}
