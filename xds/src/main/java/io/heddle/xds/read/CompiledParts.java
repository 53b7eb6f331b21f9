package io.heddle.xds.read;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// What the resources of the last configurations were compiled to, so that a change costs what has changed and not what
/// the whole mesh has. A part is used again only while all resources that it was made of are as they were; a file that
/// one names is read again when that changes. Not thread-safe.
public final class CompiledParts {
    private ResourceSet current = ResourceSet.EMPTY;
    private Map<NamedResource, Part> before = Map.of();
    private Map<NamedResource, Part> now = new HashMap<>();

    /// One resource's part.
    ///
    /// @param endpoints those that were asked for, by their name, as they were then
    /// @param hosts the virtual hosts that came by themselves
    /// @param parts what came of it, and what was found in it
    private record Part(
            Map<String, Optional<NamedResource>> endpoints,
            Map<String, NamedResource> hosts,
            RuntimeCompiler.Parts parts) {}

    /// A configuration is compiled: what the last two did not use is forgotten.
    void begin(ResourceSet dynamic) {
        current = dynamic;
        before = now;
        now = new HashMap<>();
    }

    /// The part of a cluster, which reads endpoints by name.
    RuntimeCompiler.Parts part(
            NamedResource cluster,
            Function<Function<String, Optional<ClusterLoadAssignment>>, RuntimeCompiler.Parts> read) {
        var known = before.get(cluster);
        if (known == null
                || !known.endpoints().entrySet().stream()
                        .allMatch(asked -> endpoints(asked.getKey()).equals(asked.getValue()))) {
            var asked = new HashMap<String, Optional<NamedResource>>();
            var parts = read.apply(name -> asked.computeIfAbsent(name, this::endpoints)
                    .map(found -> found.message(ClusterLoadAssignment.class)));
            known = new Part(Map.copyOf(asked), Map.of(), parts);
        }
        remember(cluster, known);
        return known.parts();
    }

    /// The part of a route configuration, to which `hosts` belong.
    RuntimeCompiler.Parts part(
            NamedResource routes, Map<String, NamedResource> hosts, Supplier<RuntimeCompiler.Parts> read) {
        var known = before.get(routes);
        if (known == null || !known.hosts().equals(hosts)) {
            known = new Part(Map.of(), Map.copyOf(hosts), read.get());
        }
        remember(routes, known);
        return known.parts();
    }

    /// What is refused is read anew when it is sent again: its fault may have been that of a file that it names.
    private void remember(NamedResource resource, Part part) {
        if (part.parts().isGood()) {
            now.put(resource, part);
        }
    }

    private Optional<NamedResource> endpoints(String name) {
        return current.resource(ResourceType.EDS, name);
    }
}
