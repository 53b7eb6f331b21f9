package io.heddle.control.push;

import io.heddle.model.view.ProxyNode;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.SyncState;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// One proxy, as it stands now.
///
/// @param node the proxy
/// @param secured whether it proved its identity by a certificate
/// @param connected whether it is connected
/// @param since when it connected, or, when it is gone, when it left
/// @param state the whole state in one word
/// @param types resource type (`CDS`, `EDS`, `LDS`, `RDS`, `SDS`) → its state
/// @param versions what was offered and acknowledged of each type
/// @param lastPushMillis how long the last push took from the offer to the last acknowledgement
/// @param problems what the proxy refused, and why, and why its metrics are not read
public record ProxyStatus(
        ProxyNode node,
        boolean secured,
        boolean connected,
        Instant since,
        State state,
        SortedMap<String, State> types,
        Map<ResourceType, SyncState> versions,
        Optional<Long> lastPushMillis,
        List<String> problems) {
    public ProxyStatus {
        types = Collections.unmodifiableSortedMap(new TreeMap<>(types));
        versions = Map.copyOf(versions);
        problems = List.copyOf(problems);
    }

    /// How far a proxy has come.
    public enum State {
        /// It has all that it should have.
        SYNCED,
        /// Something newer is on its way.
        STALE,
        /// It refused some of the last configuration and keeps what it had of that.
        REJECTED,
        /// It did not ask, or nothing was sent yet.
        NOT_SENT,
        /// It is gone.
        DISCONNECTED
    }
}
