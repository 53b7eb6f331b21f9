package io.heddle.control.push;

import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.AdsSession.Handle;
import io.heddle.xds.server.SyncState;
import io.heddle.xds.server.SyncState.Status;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/// A stream whose far end answers when the test says so.
final class RecordedHandle implements Handle {
    private final String id;
    private final List<ResourceSet> offers = new CopyOnWriteArrayList<>();
    private final List<String> closings = new CopyOnWriteArrayList<>();
    private volatile Status status = Status.NOT_SENT;
    private volatile String detail = "";
    private volatile Map<ResourceType, Map<String, String>> refused = Map.of();
    private volatile Set<ResourceType> asked = EnumSet.allOf(ResourceType.class);

    RecordedHandle(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public void offer(ResourceSet next) {
        status = Status.STALE;
        offers.add(next);
    }

    @Override
    public void close(String reason) {
        closings.add(reason);
    }

    @Override
    public Set<ResourceType> asked() {
        return status == Status.NOT_SENT ? Set.of() : asked;
    }

    @Override
    public Map<ResourceType, SyncState> states() {
        var states = new EnumMap<ResourceType, SyncState>(ResourceType.class);
        for (var type : ResourceType.values()) {
            var shown = asked.contains(type) ? status : Status.NOT_SENT;
            states.put(type, new SyncState(shown, "offered", "acknowledged", detail));
        }
        return states;
    }

    @Override
    public Map<ResourceType, Set<String>> unsettled() {
        return status == Status.SYNCED ? refusedNames() : names();
    }

    private Map<ResourceType, Set<String>> names() {
        var names = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        for (var set : offers) {
            asked.forEach(type -> names.computeIfAbsent(type, _ -> new TreeSet<>())
                    .addAll(set.resources(type).keySet()));
        }
        return names;
    }

    private Map<ResourceType, Set<String>> refusedNames() {
        var names = new EnumMap<ResourceType, Set<String>>(ResourceType.class);
        refused.forEach((type, details) -> names.put(type, details.keySet()));
        return names;
    }

    @Override
    public Map<ResourceType, Map<String, String>> refused() {
        if (status != Status.REJECTED) {
            return refused;
        }
        var all = new EnumMap<ResourceType, Map<String, String>>(ResourceType.class);
        names().forEach((type, names) -> {
            var details = new TreeMap<String, String>();
            names.forEach(name -> details.put(name, detail));
            all.put(type, details);
        });
        return all;
    }

    /// Has taken everything but these.
    void refuses(Map<ResourceType, Map<String, String>> details) {
        refused = details;
        status = Status.SYNCED;
    }

    List<ResourceSet> offers() {
        return offers;
    }

    List<String> closings() {
        return closings;
    }

    void asksOnlyFor(ResourceType... types) {
        asked = EnumSet.copyOf(List.of(types));
    }

    void answer(Status now, String reason) {
        status = now;
        detail = reason;
    }
}
