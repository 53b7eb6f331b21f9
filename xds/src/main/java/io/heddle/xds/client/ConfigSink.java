package io.heddle.xds.client;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.Collection;
import java.util.List;
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

    /// The problems that a resource has by itself, whatever else there is. Asked for once for what came and has to wait
    /// for more.
    default List<Problem> check(ResourceType type, NamedResource resource) {
        return List.of();
    }

    /// The problems that clusters have with each other, whatever else there is: circles, for example. Asked for when
    /// some of them came and have to wait for more.
    default List<Problem> checkTogether(Collection<NamedResource> clusters) {
        return List.of();
    }

    /// The clusters of `candidate` whose hosts are being found out, or checked for the first time; they, and
    /// what needs them, are waited for. Asked again when time has passed.
    ///
    /// @param accepted the set accepted last
    /// @param keyless the clusters whose secrets have not come yet: no connection can be made to their hosts
    default Set<String> hostsAwaited(ResourceSet candidate, ResourceSet accepted, Set<String> keyless) {
        return Set.of();
    }

    /// Some of what came was refused. Called after the last of the attempts to [#apply] what came.
    default void refused(Refusal refusal) {}

    /// The server has answered what it was asked for by [AdsSubscriptions#demand]: what there is of it is live, where
    /// it is good.
    default void answered(ResourceType type, Collection<String> names) {}

    /// The server takes back what it sent under these names: they do not exist (any more), or they came again as they
    /// are live.
    default void withdrawn(ResourceType type, Collection<String> names) {}

    /// The server removed these secrets, and what refers to them goes on with them. There may be none.
    default void outlived(Collection<String> secrets) {}

    /// These endpoints did not come in time at a start, and those of the last good configuration are used.
    default void fellBack(Collection<String> endpoints) {}

    /// What was good before this process began: a refused resource that was never accepted falls back on it, and so do
    /// endpoints that do not come. Asked for only then.
    default ResourceSet lastGood() {
        return ResourceSet.EMPTY;
    }

    /// What was refused.
    ///
    /// @param wholly whether nothing of what came went live
    /// @param problems why
    /// @param resources the resources that were refused, as they came; none where no single one is to blame
    record Refusal(boolean wholly, List<Problem> problems, ResourceSet resources) {
        public Refusal {
            problems = List.copyOf(problems);
        }
    }
}
