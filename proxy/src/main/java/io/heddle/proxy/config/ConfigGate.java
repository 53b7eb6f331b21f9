package io.heddle.proxy.config;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.RuntimeCompiler;
import io.heddle.xds.resource.ResourceSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The one gate to [ActiveConfig]: compiles a candidate, has it checked and prepared, and swaps it in whole, or refuses
/// it whole and leaves what is live as it is.
///
/// One candidate at a time; safe on any thread but an event loop.
public final class ConfigGate {
    private final ActiveConfig active;
    private final RuntimeConfig fixed;
    private final Preparation preparation;
    private final Supplier<List<Problem>> opening;

    /// `fixed` stands in the bootstrap and is part of every configuration; `opening` tells what could not be opened
    /// after a swap.
    public ConfigGate(
            ActiveConfig active, RuntimeConfig fixed, Preparation preparation, Supplier<List<Problem>> opening) {
        this.active = active;
        this.fixed = fixed;
        this.preparation = preparation;
        this.opening = opening;
    }

    /// What happens to a candidate before it goes live.
    public interface Preparation {
        /// What is wrong with it that only this proxy can know.
        List<Problem> check(RuntimeConfig candidate);

        /// Makes ready what it needs; it goes live next.
        void prepare(RuntimeConfig candidate);
    }

    /// Makes `dynamic`, beside what is fixed, the live configuration.
    ///
    /// @return a refusal with all problems. A listener that cannot be opened is a refusal too, although the rest of
    ///     the candidate is live then: the sender must learn of it.
    public synchronized Checked<RuntimeConfig> apply(ResourceSet dynamic) {
        return RuntimeCompiler.compile(dynamic, fixed).then(this::swap);
    }

    /// Makes what stands in the bootstrap the live configuration.
    public synchronized Checked<RuntimeConfig> applyFixed() {
        return swap(fixed);
    }

    private Checked<RuntimeConfig> swap(RuntimeConfig candidate) {
        var problems = new ArrayList<>(preparation.check(candidate));
        if (problems.stream().anyMatch(Problem::isError)) {
            return new Checked.Rejected<>(problems);
        }
        preparation.prepare(candidate);
        active.swap(candidate);
        problems.addAll(opening.get());
        return Checked.of(candidate, problems);
    }
}
