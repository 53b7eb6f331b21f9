package io.heddle.xds.read;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// The listeners of a bootstrap, each under a name of its own. One that was written without a name gets a UUID, as in
/// Envoy; here it comes from the listener's place in the list, so that it is the same at every start.
final class StaticListeners {
    private StaticListeners() {}

    /// `listeners` in their order, none without a name.
    static List<Listener> named(List<Listener> listeners) {
        var named = new ArrayList<Listener>(listeners.size());
        for (int i = 0; i < listeners.size(); i++) {
            var listener = listeners.get(i);
            named.add(
                    listener.getName().isEmpty()
                            ? listener.toBuilder().setName(given(i)).build()
                            : listener);
        }
        return named;
    }

    private static String given(int place) {
        return UUID.nameUUIDFromBytes(path(place).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /// What problems of the listener at `place` call it: its name, or where it stands.
    static String shown(List<Listener> listeners, int place) {
        var name = listeners.get(place).getName();
        return name.isEmpty() ? path(place) : name;
    }

    private static String path(int place) {
        return "static_resources.listeners[" + place + "]";
    }
}
