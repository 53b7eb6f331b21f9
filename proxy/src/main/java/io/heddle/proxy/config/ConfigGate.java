package io.heddle.proxy.config;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.RuntimeCompiler;
import io.heddle.xds.resource.ResourceSet;

/// The one gate to [ActiveConfig]: compiles a candidate, has everything opened that it needs, and swaps it in whole, or
/// refuses it whole and leaves what is live as it is.
///
/// One candidate at a time; safe on any thread but an event loop.
public final class ConfigGate {
    private final ActiveConfig active;
    private final RuntimeConfig fixed;

    /// `fixed` stands in the bootstrap and is part of every configuration.
    public ConfigGate(ActiveConfig active, RuntimeConfig fixed) {
        this.active = active;
        this.fixed = fixed;
    }

    /// Makes `dynamic`, beside what is fixed, the live configuration.
    ///
    /// @return a refusal with all problems, and nothing is changed; or the configuration, which is live,
    ///     with warnings
    public synchronized Checked<RuntimeConfig> apply(ResourceSet dynamic) {
        return RuntimeCompiler.compile(dynamic, fixed).then(this::swap);
    }

    /// Makes what stands in the bootstrap the live configuration.
    public synchronized Checked<RuntimeConfig> applyFixed() {
        return swap(fixed);
    }

    private Checked<RuntimeConfig> swap(RuntimeConfig candidate) {
        return Checked.of(candidate, active.swap(candidate));
    }
}
