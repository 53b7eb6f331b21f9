package io.heddle.xds.client;

import io.heddle.model.problem.Checked;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Offers what can go live while the rest of its candidate is waited for. What is refused then is told with the whole,
/// since the rest may mend it; but where the whole takes longer than one waits for a resource that says nothing of it,
/// it is told by itself: some wait for ever. Not thread-safe.
final class Trial {
    private final ConfigSink sink;
    private ResourceSet offered;
    private @Nullable ReadyPart last;
    private Quarantine.@Nullable Outcome outcome;
    private ConfigSink.@Nullable Refusal refusal;
    private @Nullable Duration since;

    /// Offers to `sink`, which runs with `live`.
    Trial(ConfigSink sink, ResourceSet live) {
        this.sink = sink;
        this.offered = live;
    }

    /// A sink that hears of no refusal yet.
    private final class Quiet implements ConfigSink {
        @Override
        public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
            return sink.apply(candidate, changed);
        }

        @Override
        public ResourceSet lastGood() {
            return sink.lastGood();
        }

        @Override
        public void refused(Refusal found) {
            refusal = found;
        }
    }

    /// The sink runs with `live`, and there is no candidate.
    void forget(ResourceSet live) {
        offered = live;
        last = null;
        settle();
    }

    /// What was refused is told, or is no longer offered.
    void settle() {
        outcome = null;
        refusal = null;
        since = null;
    }

    /// Offers `part`. Nothing is done where it is the same as the last one.
    ///
    /// @return what the sink runs with then; empty when it need not be asked
    Optional<ResourceSet> offer(ReadyPart part, Duration now) {
        if (part.equals(last)) {
            return Optional.empty();
        }
        last = part;
        var ready = part.resources();
        var accepted = part.accepted();
        if (ready.equals(accepted)) {
            settle();
            offered = accepted; // What was refused may be sent again, and is to be answered again.
            return Optional.empty();
        }
        if (ready.equals(offered)) {
            return Optional.empty();
        }
        offered = ready;
        refusal = null;
        var found = new Quarantine(new Quiet(), accepted, Set.of()).offer(ready);
        outcome = found.blamingWhole(ready);
        if (found.problems().isEmpty()) {
            settle();
        } else if (since == null) {
            since = now;
        }
        return Optional.of(found.live());
    }

    /// What was refused so long ago that it is to be told now; the sink is told with this call.
    Optional<Quarantine.Outcome> due(Duration now) {
        var begun = since;
        var found = outcome;
        var told = refusal;
        if (begun == null
                || found == null
                || told == null
                || now.minus(begun).compareTo(References.INITIAL_FETCH_TIMEOUT) < 0) {
            return Optional.empty();
        }
        settle();
        sink.refused(told);
        return Optional.of(found);
    }
}
