package io.heddle.xds.client;

import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What came and has not been looked at by itself. Not thread-safe.
///
/// A resource that is bad whatever else there is need not wait for the rest of its candidate to be refused: its server
/// may send nothing more of the type before it has heard. What is good by itself may still be refused with the rest:
/// all that can go live is judged at once by [Trial], which tells of it within 15 seconds. Before anything is live it
/// is judged when what the candidate refers to has come, or was waited for as long as it says.
final class Suspects {
    private final ConfigSink sink;
    private final Map<ResourceType, Map<String, NamedResource>> came = new EnumMap<>(ResourceType.class);

    /// What is wrong with a resource, `sink` says.
    Suspects(ConfigSink sink) {
        this.sink = sink;
    }

    void add(ResourceType type, List<NamedResource> resources) {
        var known = came.computeIfAbsent(type, _ -> new TreeMap<>());
        resources.forEach(resource -> known.put(resource.name(), resource));
    }

    /// There is nothing to look at: it was answered, or will not be.
    void clear() {
        came.clear();
    }

    /// What is bad of that which came and is in `candidate` now, each once; empty where nothing is. The sink has heard
    /// of it.
    Optional<Found> bad(ResourceSet candidate, ResourceSet accepted) {
        var blamed = new EnumMap<ResourceType, Map<String, List<Problem>>>(ResourceType.class);
        var problems = new LinkedHashSet<Problem>();
        var refused = ResourceSet.EMPTY;
        var together = together(candidate);
        for (var entry : came.entrySet()) {
            var type = entry.getKey();
            for (var resource : entry.getValue().values()) {
                boolean stays = candidate.resource(type, resource.name()).equals(Optional.of(resource))
                        && !accepted.resource(type, resource.name()).equals(Optional.of(resource));
                var errors = stays ? errors(type, resource, together) : List.<Problem>of();
                if (!errors.isEmpty()) {
                    blamed.computeIfAbsent(type, _ -> new TreeMap<>()).put(resource.name(), errors);
                    problems.addAll(errors);
                    refused = refused.with(type, List.of(resource));
                }
            }
        }
        came.clear();
        if (blamed.isEmpty()) {
            return Optional.empty();
        }
        var rest = replaced(candidate, accepted, refused);
        boolean wholly = References.prune(rest).equals(accepted);
        var all = List.copyOf(problems);
        sink.refused(new ConfigSink.Refusal(wholly, all, refused));
        return Optional.of(new Found(rest, new Quarantine.Outcome(accepted, wholly, all, blamed, refused, Map.of())));
    }

    /// What was found.
    ///
    /// @param rest the candidate with what was good before in place of what is bad
    /// @param outcome as if only that had been tried
    record Found(ResourceSet rest, Quarantine.Outcome outcome) {}

    private List<Problem> errors(ResourceType type, NamedResource resource, List<Problem> together) {
        var object = type.object(resource.name());
        return Stream.concat(
                        sink.check(type, resource).stream(),
                        together.stream().filter(problem -> problem.object().equals(object)))
                .filter(Problem::isError)
                .toList();
    }

    /// What is wrong with the clusters of `candidate` as they go together, where some of them came.
    private List<Problem> together(ResourceSet candidate) {
        return came.getOrDefault(ResourceType.CDS, Map.of()).isEmpty()
                ? List.of()
                : sink.checkTogether(candidate.resources(ResourceType.CDS).values());
    }

    private ResourceSet replaced(ResourceSet candidate, ResourceSet accepted, ResourceSet bad) {
        var good = good(bad, accepted, accepted);
        boolean allWere = good.size() == bad.size();
        var earlier = allWere ? ResourceSet.EMPTY : sink.lastGood();
        good = allWere ? good : good(bad, accepted, earlier);
        var rest = candidate;
        for (var type : ResourceType.values()) {
            rest = rest.without(type, bad.resources(type).keySet())
                    .with(type, good.resources(type).values());
        }
        // What was good before brings what it refers to, too.
        for (var entry : References.of(good).entrySet()) {
            var type = entry.getKey();
            var missing = new TreeSet<>(entry.getValue().keySet());
            missing.removeAll(rest.resources(type).keySet());
            missing.removeAll(bad.resources(type).keySet());
            rest = rest.with(type, before(type, missing, accepted, earlier));
        }
        return rest;
    }

    private static ResourceSet good(ResourceSet bad, ResourceSet accepted, ResourceSet earlier) {
        var good = ResourceSet.EMPTY;
        for (var type : ResourceType.values()) {
            good = good.with(type, before(type, bad.resources(type).keySet(), accepted, earlier));
        }
        return good;
    }

    private static List<NamedResource> before(
            ResourceType type, Iterable<String> names, ResourceSet accepted, ResourceSet earlier) {
        var found = new ArrayList<NamedResource>();
        names.forEach(name -> accepted.resource(type, name)
                .or(() -> earlier.resource(type, name))
                .ifPresent(found::add));
        return found;
    }
}
