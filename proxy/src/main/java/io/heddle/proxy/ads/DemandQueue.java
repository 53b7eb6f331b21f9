package io.heddle.proxy.ads;

import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is to be asked for on demand, and what no longer, until somebody says it.
///
/// The last word about each name counts, and of a question that was withdrawn before anybody said it nothing is left:
/// clients that ask for names at random and leave fill no queue. Safe on any thread.
final class DemandQueue {
    private final Map<OnDemand.Key, Word> words = new LinkedHashMap<>();

    private enum Word {
        /// To be asked for, for the first time.
        ASK,
        /// To be asked for; its withdrawal was not said yet.
        ASK_AGAIN,
        /// Not to be asked for any more; it was said that it is.
        WITHDRAW
    }

    /// What there is to say about the names of a type.
    record Names(List<String> wanted, List<String> unwanted) {}

    /// Somebody waits for `key`.
    ///
    /// @return whether there was nothing to say before: then somebody has to come and [#take] it
    synchronized boolean ask(OnDemand.Key key) {
        boolean first = words.isEmpty();
        words.merge(key, Word.ASK, (before, _) -> before == Word.ASK ? Word.ASK : Word.ASK_AGAIN);
        return first;
    }

    /// Nobody waits for `key`, which was asked for.
    ///
    /// @return as [#ask]
    synchronized boolean withdraw(OnDemand.Key key) {
        boolean first = words.isEmpty();
        if (!words.remove(key, Word.ASK)) {
            words.put(key, Word.WITHDRAW);
        }
        return first && !words.isEmpty();
    }

    /// Takes everything that is to be said.
    synchronized Map<ResourceType, Names> take() {
        var taken = new EnumMap<ResourceType, Names>(ResourceType.class);
        words.forEach((key, word) -> {
            var names = taken.computeIfAbsent(key.type(), _ -> new Names(new ArrayList<>(), new ArrayList<>()));
            (word == Word.WITHDRAW ? names.unwanted() : names.wanted()).add(key.name());
        });
        words.clear();
        return taken;
    }
}
