package io.heddle.control.api;

import io.heddle.control.push.ConnectedProxies;
import io.heddle.control.push.ObjectStatus;
import io.heddle.control.store.StoredObject;
import io.heddle.model.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// An HTTPRoute's `status.parents` as the Gateway API defines it: for each parent the conditions `Accepted` and
/// `ResolvedRefs`, and beside them `Programmed`, which the Gateway API has for gateways: whether every proxy runs with
/// it.
final class RouteStatus {
    static final String KIND = "HTTPRoute";
    private static final String CONTROLLER = "heddle.io/mesh";

    private final ConnectedProxies proxies;
    private final StoredObject object;
    private final ObjectStatus status;

    RouteStatus(ConnectedProxies proxies, StoredObject object, ObjectStatus status) {
        this.proxies = proxies;
        this.object = object;
        this.status = status;
    }

    /// The entries of `status.parents`, in the order of `spec.parentRefs`.
    ///
    /// @param tree the document
    List<Map<String, Object>> parents(Map<String, Object> tree) {
        var parents = new ArrayList<Map<String, Object>>();
        if (tree.get("spec") instanceof Map<?, ?> spec && spec.get("parentRefs") instanceof List<?> references) {
            for (var reference : references) {
                var entry = new LinkedHashMap<String, Object>();
                entry.put("parentRef", reference);
                entry.put("controllerName", CONTROLLER);
                entry.put("conditions", conditions(parents.size()));
                parents.add(entry);
            }
        }
        return parents;
    }

    private List<Map<String, Object>> conditions(int parent) {
        if (!status.accepted()) {
            return List.of(condition("Accepted/" + parent, false, "UnsupportedValue", text(status.problems())));
        }
        var nowhere = errors("spec.parentRefs[" + parent + "]");
        var unresolved = errors("spec.rules[");
        return List.of(
                nowhere.isEmpty()
                        ? condition("Accepted/" + parent, true, "Accepted", "the route is part of the mesh")
                        : condition("Accepted/" + parent, false, "NoMatchingParent", text(nowhere)),
                unresolved.isEmpty()
                        ? condition(
                                ConnectedProxies.RESOLVED_REFS, true, "ResolvedRefs", "everything it refers to exists")
                        : condition(ConnectedProxies.RESOLVED_REFS, false, reason(unresolved), text(unresolved)),
                programmed());
    }

    private Map<String, Object> programmed() {
        var active = "active on " + status.activeOn() + " of " + status.proxies() + " proxies";
        if (!status.rejectedBy().isEmpty()) {
            var refusals = status.rejectedBy().stream()
                    .map(refusal -> refusal.proxy() + ": " + refusal.reason())
                    .collect(Collectors.joining("; "));
            return condition("Programmed", false, "Invalid", active + "; " + refusals);
        }
        boolean everywhere = status.proxies() > 0 && status.activeOn() >= status.proxies();
        return condition("Programmed", everywhere, everywhere ? "Programmed" : "Pending", active);
    }

    private List<Problem> errors(String path) {
        return status.warnings().stream()
                .filter(problem -> problem.isError() && problem.path().startsWith(path))
                .toList();
    }

    private static String reason(List<Problem> unresolved) {
        boolean filtersOnly =
                unresolved.stream().allMatch(problem -> problem.path().contains(".extensionRef"));
        return filtersOnly ? "FilterNotFound" : "BackendNotFound";
    }

    private static String text(List<Problem> problems) {
        return problems.stream()
                .map(problem -> problem.path() + ": " + problem.reason())
                .collect(Collectors.joining("; "));
    }

    /// @param key the type; what follows a slash only tells parents apart
    private Map<String, Object> condition(String key, boolean holds, String reason, String message) {
        var word = holds ? "True" : "False";
        var condition = new LinkedHashMap<String, Object>();
        condition.put("type", key.split("/", 2)[0]);
        condition.put("status", word);
        condition.put("reason", reason);
        condition.put("message", message);
        condition.put("observedGeneration", object.generation());
        condition.put(
                "lastTransitionTime",
                proxies.conditionSince(object.name(), key, word).toString());
        return condition;
    }
}
