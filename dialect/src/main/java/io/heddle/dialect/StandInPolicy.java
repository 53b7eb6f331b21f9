package io.heddle.dialect;

import io.heddle.dialect.istio.PeerAuthenticationReader;
import io.heddle.dialect.tree.Fields;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Selector;
import io.heddle.model.problem.Problem;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.AccessPolicy.Action;
import io.heddle.model.resource.AccessPolicy.Rule;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.PeerPolicy.Mode;
import io.heddle.model.resource.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What holds in place of a security policy that is stored but cannot be read, so that the mesh fails closed: an
/// AuthorizationPolicy denies everything, a PeerAuthentication is STRICT.
///
/// It holds for the workloads that the policy selects, and for its whole namespace (in the root namespace: the mesh)
/// when its selector cannot be read either.
///
/// @param policy the policy that holds
/// @param selectorKnown whether the selector could be read
public record StandInPolicy(Resource policy, boolean selectorKnown) {
    /// Matches every request and connection.
    private static final Rule EVERYTHING = new Rule(List.of(), List.of(), List.of());

    /// What stands in for `document`, which cannot be read; empty when it is no security policy.
    public static Optional<StandInPolicy> of(Document document) {
        var object = document.object();
        var known = selector(document);
        var selector = known.orElse(Selector.ALL);
        return switch (object.kind()) {
            case "AuthorizationPolicy" ->
                Optional.of(new StandInPolicy(
                        new AccessPolicy(object, selector, Action.DENY, List.of(EVERYTHING)), known.isPresent()));
            case "PeerAuthentication" ->
                Optional.of(
                        new StandInPolicy(new PeerPolicy(object, selector, Mode.STRICT, Map.of()), known.isPresent()));
            default -> Optional.empty();
        };
    }

    private static Optional<Selector> selector(Document document) {
        if (!(document.tree().get("spec") instanceof Map<?, ?> spec)
                || spec.containsKey("targetRef")
                || spec.containsKey("targetRefs")) {
            return Optional.empty();
        }
        if (!spec.containsKey("selector")) {
            return Optional.of(Selector.ALL);
        }
        return Optional.ofNullable(spec.get("selector")).flatMap(written -> selector(document.object(), written));
    }

    private static Optional<Selector> selector(ObjectName object, Object written) {
        var fields = Fields.root(object, Map.of("selector", written));
        var selector = PeerAuthenticationReader.selector(fields);
        return fields.finish().stream().anyMatch(Problem::isError) ? Optional.empty() : Optional.of(selector);
    }

    /// What the policy's owner must know.
    public Problem problem() {
        var scope = scope();
        var effect = switch (policy) {
            case PeerPolicy _ -> "plaintext is refused by ";
            default -> "everything is denied to ";
        };
        return Problem.error(
                policy.object().toString(),
                "",
                "cannot be read, and security fails closed: until it is mended " + effect + scope,
                "apply it again in a form that this version reads, or delete it");
    }

    private String scope() {
        var namespace = policy.object().namespace();
        return selectorKnown
                ? "the workloads that it selects"
                : "all workloads that a policy of the namespace " + namespace + " can select, because its selector"
                        + " cannot be read either";
    }
}
