package io.heddle.xds.client;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds the largest part of a candidate that a [ConfigSink] takes, so that a bad resource harms nobody but itself.
/// One use each.
///
/// A candidate is offered as a whole. When it is refused, the resources that are new or changed and that a problem
/// names go back to what was accepted before, or are left out, and the rest is offered again; taking one resource
/// out may make another one bad that needed it. When the blame falls only on what was good before, the candidate
/// took away something that is needed: then nothing is taken away. When that does not help either, the whole is
/// refused.
final class Quarantine {
    private static final int MOST_ATTEMPTS = 10;

    private final ConfigSink sink;
    private final ResourceSet before;
    private final Set<String> bound;
    private final Map<ResourceType, Map<String, List<Problem>>> blamed = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Set<String>> kept = new EnumMap<>(ResourceType.class);
    private final Set<Problem> problems = new LinkedHashSet<>();
    private ResourceSet refused = ResourceSet.EMPTY;
    private Optional<ResourceSet> lastGood = Optional.empty();

    /// For a candidate that follows `before`, which `sink` runs with.
    ///
    /// @param bound the endpoints that must stay as they are, see [SecuredEndpoints]
    Quarantine(ConfigSink sink, ResourceSet before, Set<String> bound) {
        this.sink = sink;
        this.before = before;
        this.bound = bound;
    }

    /// What became of a candidate.
    ///
    /// @param live what the sink runs with now
    /// @param wholly whether nothing of the candidate is in it
    /// @param problems why something was refused; empty when nothing was
    /// @param blamed the problems of each refused resource
    /// @param resources the refused resources, as they came
    /// @param kept what was to go and had to stay
    record Outcome(
            ResourceSet live,
            boolean wholly,
            List<Problem> problems,
            Map<ResourceType, Map<String, List<Problem>>> blamed,
            ResourceSet resources,
            Map<ResourceType, Set<String>> kept) {
        /// The names of those that are not live as they came, or are live although they were to go.
        Set<String> refused(ResourceType type) {
            var names = new TreeSet<>(blamed.getOrDefault(type, Map.of()).keySet());
            names.addAll(kept.getOrDefault(type, Set.of()));
            return names;
        }

        /// This, with everything to blame that is in `offered` otherwise than live where that was refused wholly: then
        /// nothing of it is spared, though no problem names it.
        Outcome blamingWhole(ResourceSet offered) {
            if (!wholly) {
                return this;
            }
            var whole = new EnumMap<ResourceType, Map<String, List<Problem>>>(ResourceType.class);
            var came = resources;
            for (var type : ResourceType.values()) {
                var names = new TreeSet<>(live.resources(type).keySet());
                names.addAll(offered.resources(type).keySet());
                names.removeIf(name -> offered.resource(type, name).equals(live.resource(type, name)));
                var byName = new TreeMap<String, List<Problem>>();
                names.forEach(name -> byName.put(name, problems));
                whole.put(type, byName);
                var changed = names.stream()
                        .flatMap(name -> offered.resource(type, name).stream())
                        .toList();
                came = came.with(type, changed);
            }
            return new Outcome(live, true, problems, whole, came, kept);
        }

        /// The problems of these resources, and those for which none is to blame.
        List<Problem> of(ResourceType type, Set<String> names) {
            var own = blamed.getOrDefault(type, Map.of());
            var others = new LinkedHashSet<Problem>();
            blamed.values().forEach(byName -> byName.values().forEach(others::addAll));
            var found = new LinkedHashSet<Problem>();
            names.forEach(name -> found.addAll(own.getOrDefault(name, List.of())));
            problems.stream().filter(problem -> !others.contains(problem)).forEach(found::add);
            return List.copyOf(found);
        }
    }

    /// Offers `candidate`.
    Outcome offer(ResourceSet candidate) {
        var next = without(orphans(candidate, bound), candidate);
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            if (next.equals(before)) {
                return settled(next, !problems.isEmpty());
            }
            var verdict = sink.apply(next, changed(next));
            if (!(verdict instanceof Checked.Rejected<?>(var found))) {
                return settled(next, false);
            }
            var errors = found.stream().filter(Problem::isError).toList();
            problems.addAll(errors);
            var bad = blame(errors, next);
            bad.addAll(orphans(next, endpointsOf(bad)));
            var better = without(bad, next);
            if (better.equals(next)) {
                better = nothingTakenFrom(next);
            }
            if (better.equals(next)) {
                break;
            }
            next = better;
        }
        return settled(before, true);
    }

    private Outcome settled(ResourceSet live, boolean wholly) {
        var outcome = new Outcome(live, wholly, List.copyOf(problems), blamed, refused, kept);
        if (!problems.isEmpty()) {
            sink.refused(new ConfigSink.Refusal(wholly, outcome.problems(), refused));
        }
        return outcome;
    }

    private Set<ResourceType> changed(ResourceSet next) {
        var changed = EnumSet.noneOf(ResourceType.class);
        for (var type : ResourceType.values()) {
            if (!next.resources(type).equals(before.resources(type))) {
                changed.add(type);
            }
        }
        return changed;
    }

    /// The new and changed resources of `next` that `errors` name.
    private List<Blamed> blame(List<Problem> errors, ResourceSet next) {
        var objects = new TreeMap<String, List<Problem>>();
        errors.forEach(error ->
                objects.computeIfAbsent(error.object(), _ -> new ArrayList<>()).add(error));
        var found = new ArrayList<Blamed>();
        for (var type : ResourceType.values()) {
            var had = before.resources(type);
            next.resources(type).forEach((name, resource) -> {
                var own = objects.get(type.object(name));
                if (own != null && !resource.equals(had.get(name))) {
                    found.add(new Blamed(type, resource, own));
                }
            });
        }
        return found;
    }

    /// The endpoints of clusters that are refused, and of which an older version stays that secures otherwise.
    private Set<String> endpointsOf(List<Blamed> bad) {
        var older = bad.stream()
                .filter(found -> found.type() == ResourceType.CDS)
                .map(Blamed::resource)
                .flatMap(cluster -> good(ResourceType.CDS, cluster.name()).stream()
                        .filter(good -> !SecuredEndpoints.alike(good, cluster)))
                .toList();
        return References.names(ResourceType.EDS, ResourceType.CDS, older);
    }

    /// Those endpoints of `next` with these names that are not as they were when the cluster was good.
    private List<Blamed> orphans(ResourceSet next, Set<String> names) {
        var found = new ArrayList<Blamed>();
        for (var name : names) {
            var resource = next.resource(ResourceType.EDS, name);
            if (resource.isPresent() && !resource.equals(good(ResourceType.EDS, name))) {
                var problem = Problem.error(
                        ResourceType.EDS.object(name),
                        "",
                        "belongs to a version of its cluster that is refused, and the older one secures connections"
                                + " otherwise",
                        "mend the cluster");
                problems.add(problem);
                found.add(new Blamed(ResourceType.EDS, resource.get(), List.of(problem)));
            }
        }
        return found;
    }

    private record Blamed(ResourceType type, NamedResource resource, List<Problem> problems) {}

    private ResourceSet without(List<Blamed> bad, ResourceSet next) {
        var rest = next;
        var fallback = ResourceSet.EMPTY;
        for (var found : bad) {
            var type = found.type();
            var name = found.resource().name();
            var names = blamed.computeIfAbsent(type, _ -> new TreeMap<>());
            boolean again = names.containsKey(name);
            names.computeIfAbsent(name, _ -> new ArrayList<>()).addAll(found.problems());
            refused = again ? refused : refused.with(type, List.of(found.resource()));
            rest = rest.without(type, List.of(name));
            // What fell back once and is bad too, beside something else, is left out.
            var good =
                    again ? List.<NamedResource>of() : good(type, name).stream().toList();
            fallback = fallback.with(type, good);
        }
        return bad.isEmpty() ? next : References.prune(completed(rest.with(fallback), fallback));
    }

    private Optional<NamedResource> good(ResourceType type, String name) {
        return before.resource(type, name).or(() -> lastGood().resource(type, name));
    }

    /// What falls back brings what it refers to.
    private ResourceSet completed(ResourceSet set, ResourceSet fallback) {
        var complete = set;
        for (var entry : References.of(fallback).entrySet()) {
            var type = entry.getKey();
            var missing = new TreeSet<>(entry.getValue().keySet());
            missing.removeAll(complete.resources(type).keySet());
            missing.removeAll(blamed.getOrDefault(type, Map.of()).keySet());
            complete = complete.with(
                    type,
                    missing.stream().flatMap(name -> good(type, name).stream()).toList());
        }
        return complete;
    }

    private ResourceSet lastGood() {
        if (lastGood.isEmpty()) {
            lastGood = Optional.of(sink.lastGood());
        }
        return lastGood.get();
    }

    private ResourceSet nothingTakenFrom(ResourceSet next) {
        var whole = next;
        for (var type : ResourceType.values()) {
            var gone = new ArrayList<NamedResource>();
            before.resources(type).forEach((name, resource) -> {
                if (isTaken(type, name, next)) {
                    gone.add(resource);
                }
            });
            if (!gone.isEmpty()) {
                whole = whole.with(type, gone);
                gone.forEach(resource ->
                        kept.computeIfAbsent(type, _ -> new TreeSet<>()).add(resource.name()));
            }
        }
        return whole;
    }

    /// Whether the resource is gone from `next`, and was not left out as bad.
    private boolean isTaken(ResourceType type, String name, ResourceSet next) {
        return next.resource(type, name).isEmpty()
                && !blamed.getOrDefault(type, Map.of()).containsKey(name);
    }
}
