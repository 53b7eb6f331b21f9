package io.heddle.proxy.config;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.CompiledParts;
import io.heddle.xds.read.RuntimeCompiler;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/// The one gate to [ActiveConfig]: compiles a candidate, has everything opened that it needs, and swaps it in whole, or
/// refuses it whole and leaves what is live as it is.
///
/// One candidate at a time; safe on any thread but an event loop.
public final class ConfigGate {
    private final ActiveConfig active;
    private final RuntimeConfig fixed;
    private final Warming warming;
    private final CompiledParts known = new CompiledParts();
    private final boolean fromFiles;
    private boolean hasMore;

    /// `fixed` stands in the bootstrap and is part of every configuration.
    public ConfigGate(ActiveConfig active, RuntimeConfig fixed, Warming warming) {
        this(active, fixed, warming, false);
    }

    /// The same; `fromFiles` says whether all else comes from files.
    public ConfigGate(ActiveConfig active, RuntimeConfig fixed, Warming warming, boolean fromFiles) {
        this.active = active;
        this.fixed = fixed;
        this.warming = warming;
        this.fromFiles = fromFiles;
    }

    /// Gets clusters ready that are not in use yet.
    @FunctionalInterface
    public interface Warming {
        /// By the names of the clusters of `coming`, as far as they have to be waited for; each completes when
        /// its hosts are known and were checked once, or will not be in time.
        Map<String, CompletableFuture<Void>> warm(RuntimeConfig coming);
    }

    /// Gets the clusters ready that `next` has and `live` has not, or has otherwise.
    ///
    /// @return by the names of those that have to be waited for; each completes when its hosts are known and
    ///     were checked once, or will not be in time
    public Map<String, CompletableFuture<Void>> warm(ResourceSet next, ResourceSet live, Set<String> keyless) {
        return warming.warm(RuntimeCompiler.coming(next, live, keyless));
    }

    /// The problems that a resource has by itself, whatever else there is: those of reading it, and what only this
    /// proxy knows, files that are not there for example.
    public synchronized List<Problem> check(ResourceType type, NamedResource resource) {
        var alone = RuntimeCompiler.alone(type, resource, fromFiles);
        return Stream.concat(alone.problems().stream(), active.inspect(alone.config()).stream())
                .distinct()
                .toList();
    }

    /// The problems that clusters have with each other and with those of the bootstrap, whatever comes beside them.
    public List<Problem> checkTogether(Collection<NamedResource> clusters) {
        return RuntimeCompiler.checkTogether(clusters, fixed);
    }

    /// Makes `dynamic`, beside what is fixed, the live configuration.
    ///
    /// @return a refusal with all problems, and nothing is changed; or the configuration, which is live,
    ///     with warnings
    public synchronized Checked<RuntimeConfig> apply(ResourceSet dynamic) {
        var result = RuntimeCompiler.compile(dynamic, fixed, fromFiles, known).then(this::swap);
        hasMore |= result instanceof Checked.Ok<?>;
        return result;
    }

    /// Makes what stands in the bootstrap the live configuration, without its listeners, which [#openFixed] opens.
    public synchronized Checked<RuntimeConfig> applyFixedUnopened() {
        return swap(new RuntimeConfig(Map.of(), fixed.routes(), fixed.clusters(), fixed.trust(), fixed.certificates()));
    }

    /// Opens the listeners of the bootstrap, which more may have come to meanwhile, and theirs with it.
    public synchronized Checked<RuntimeConfig> openFixed() {
        return hasMore ? Checked.ok(active.current()) : applyFixed();
    }

    /// Makes what stands in the bootstrap the live configuration. Where it has listeners, they wait for its
    /// clusters' names to be answered, and for the first checks of their hosts.
    public synchronized Checked<RuntimeConfig> applyFixed() {
        if (!fixed.listeners().isEmpty()) {
            warming.warm(fixed).values().forEach(CompletableFuture::join);
        }
        return swap(fixed);
    }

    private Checked<RuntimeConfig> swap(RuntimeConfig candidate) {
        return Checked.of(candidate, active.swap(candidate));
    }
}
