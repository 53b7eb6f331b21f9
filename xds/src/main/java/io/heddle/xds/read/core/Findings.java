package io.heddle.xds.read.core;

import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.DnsCachePolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What was found while reading: problems, and which clusters are spoken of. Shared by all scopes of one compilation.
public final class Findings {
    private final List<Problem> problems = new ArrayList<>();
    private final List<Mention> mentions = new ArrayList<>();
    private final Map<String, Cache> caches = new HashMap<>();
    private final List<Scope> files = new ArrayList<>();

    /// A cluster that is named in a place.
    ///
    /// @param cluster its name
    /// @param scope the place
    /// @param validate whether it must exist (Envoy's `validate_clusters`); empty when nothing is said
    private record Mention(String cluster, Scope scope, Optional<Boolean> validate) {}

    /// A cache of names and where it is described.
    private record Cache(DnsCachePolicy policy, Scope scope) {}

    /// Adds what was found in one part of the whole.
    public void add(Findings part) {
        problems.addAll(part.problems);
        part.mentions.forEach(mention -> mention(mention.cluster(), here(mention.scope()), mention.validate()));
        part.files.forEach(scope -> file(here(scope)));
        part.caches.values().forEach(cache -> cache(cache.policy(), here(cache.scope())));
    }

    private Scope here(Scope elsewhere) {
        return new Scope(this, elsewhere.object(), elsewhere.path());
    }

    /// All problems so far, in the order of their finding.
    public List<Problem> problems() {
        return problems;
    }

    /// Adds a problem.
    public void add(Problem problem) {
        problems.add(problem);
    }

    void mention(String cluster, Scope scope, Optional<Boolean> validate) {
        mentions.add(new Mention(cluster, scope, validate));
    }

    void file(Scope scope) {
        files.add(scope);
    }

    /// Refuses the files of resources that were named: what does not come from a file itself has none.
    public void refuseFiles() {
        files.forEach(scope -> scope.error(
                "names a file, and what it stands in comes from none",
                "write it in place or use ads: {}, or take listeners and clusters from files too"));
        files.clear();
    }

    /// A cache of names is described here; it must be as it was described before.
    public void cache(DnsCachePolicy policy, Scope scope) {
        var before = caches.putIfAbsent(policy.name(), new Cache(policy, scope));
        if (before != null && !before.policy().equals(policy)) {
            scope.error(
                    "cache " + policy.name() + " is described in another way elsewhere",
                    "write the same, or rename one of them");
        }
    }

    /// Reports the clusters that were named and are not among `known`: as errors where they must exist, which
    /// `mustExist` says for places that say nothing.
    public void checkMentions(Set<String> known, boolean mustExist) {
        for (var mention : mentions) {
            if (known.contains(mention.cluster())) {
                continue;
            }
            var reason = "there is no cluster " + mention.cluster();
            if (mention.validate().orElse(mustExist)) {
                mention.scope().error(reason, "add the cluster, or set validate_clusters: false");
            } else {
                mention.scope().warning(reason + "; what goes there fails until it comes", "add the cluster");
            }
        }
        mentions.clear();
    }
}
