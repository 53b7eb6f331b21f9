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
import java.util.concurrent.CopyOnWriteArrayList;

/// A stream whose far end answers when the test says so.
final class RecordedHandle implements Handle {
    private final String id;
    private final List<ResourceSet> offers = new CopyOnWriteArrayList<>();
    private final List<String> closings = new CopyOnWriteArrayList<>();
    private volatile Status status = Status.NOT_SENT;
    private volatile String detail = "";
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
    public Map<ResourceType, SyncState> states() {
        var states = new EnumMap<ResourceType, SyncState>(ResourceType.class);
        for (var type : ResourceType.values()) {
            var shown = asked.contains(type) ? status : Status.NOT_SENT;
            states.put(type, new SyncState(shown, "offered", "acknowledged", detail));
        }
        return states;
    }

    List<ResourceSet> offers() {
        return offers;
    }

    List<String> closings() {
        return closings;
    }

    void asksOnlyFor(ResourceType type) {
        asked = EnumSet.of(type);
    }

    void answer(Status now, String reason) {
        status = now;
        detail = reason;
    }
}
