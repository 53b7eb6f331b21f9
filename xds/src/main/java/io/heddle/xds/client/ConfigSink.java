package io.heddle.xds.client;

import io.heddle.model.problem.Checked;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.Set;

/// Where received configuration goes. Called on one thread at a time.
@FunctionalInterface
public interface ConfigSink {
    /// Makes a set the active configuration as a whole, or refuses it as a whole and keeps what was active.
    ///
    /// @param candidate everything that the proxy should have
    /// @param changed the types in which it differs from the set accepted last
    /// @return a refusal with all problems, or any accepted value; its warnings stay local
    Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed);
}
