package io.heddle.proxy.body;

import io.heddle.model.problem.Problem;
import io.heddle.proxy.config.ActiveConfig;
import io.heddle.traffic.body.ContentCoding;
import io.heddle.traffic.compression.CompressorFilter;
import io.heddle.traffic.compression.DecompressorFilter;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Refuses configurations with a content coding that this proxy cannot do: clients would be told of one
/// that never comes.
public final class CodingCheck implements ActiveConfig.Follower {
    @Override
    public List<Problem> opening(RuntimeConfig next) {
        return inspecting(next);
    }

    @Override
    public List<Problem> inspecting(RuntimeConfig part) {
        var problems = new ArrayList<Problem>();
        for (var listener : part.listeners().values()) {
            listener.chains().forEach(chain -> check(listener, chain, problems));
        }
        return problems;
    }

    private static void check(Listener listener, ListenerChain chain, List<Problem> problems) {
        if (!(chain.filter() instanceof NetworkFilter.Http http)) {
            return;
        }
        for (var filter : http.filters().filters()) {
            coding(filter)
                    .flatMap(Codings::missing)
                    .ifPresent(why -> problems.add(Problem.error(
                            "Listener " + listener.name(),
                            "http_filters[" + filter.name() + "]",
                            "cannot be had here: " + why,
                            "use gzip, or add the library for this platform")));
        }
    }

    private static Optional<ContentCoding> coding(HttpFilter filter) {
        if (filter instanceof CompressorFilter compressor) {
            return Optional.of(compressor.settings().coding());
        }
        return filter instanceof DecompressorFilter decompressor
                ? Optional.of(decompressor.settings().coding())
                : Optional.empty();
    }

    @Override
    public void swapped(RuntimeConfig previous, RuntimeConfig next) {
        // Nothing was opened.
    }
}
