package io.heddle.traffic.balance;

import io.heddle.model.name.Locality;
import io.heddle.traffic.request.Trace;
import java.util.List;

/// Tells a [Trace] how a [PriorityBalancer] chose.
final class PickWords {
    private PickWords() {}

    /// Which priority gets how much, and that `place` was chosen: a priority's position, or behind them that of its
    /// degraded hosts.
    static void priorities(List<Level> levels, PriorityLoads loads, int place, Trace trace) {
        for (int i = 0; i < levels.size(); i++) {
            var panic = loads.panic()[i] ? ", in panic: health is disregarded" : "";
            var verdict = "healthy endpoints get %d %%, degraded ones %d %%%s"
                    .formatted(loads.healthy()[i], loads.degraded()[i], panic);
            trace.decided("priority", Integer.toString(levels.get(i).priority()), verdict);
        }
        boolean degraded = place >= levels.size();
        int chosen = levels.get(degraded ? place - levels.size() : place).priority();
        trace.decided("priority", Integer.toString(chosen), degraded ? "is chosen, degraded" : "is chosen");
    }

    /// Which locality gets how much, and that `chosen` was chosen; -1 when localities were not looked at.
    static void localities(List<Level.Zone> zones, ZoneShares shares, int chosen, Trace trace) {
        var bounds = shares.bounds();
        for (int i = 0; i < zones.size(); i++) {
            var text = text(zones.get(i).locality());
            if (i == shares.first()) {
                trace.decided("locality", text, "is the first, for " + shares.firstShare() / 100.0 + " % of requests");
            }
            if (i < bounds.length) {
                long share = bounds[i] - (i == 0 ? 0 : bounds[i - 1]);
                trace.decided("locality", text, "gets " + share + " of " + bounds[bounds.length - 1]);
            }
        }
        trace.decided(
                "locality",
                chosen < 0 ? "" : text(zones.get(chosen).locality()),
                chosen < 0 ? "localities are not looked at" : "is chosen");
    }

    private static String text(Locality locality) {
        return String.join("/", locality.region(), locality.zone(), locality.subZone());
    }
}
