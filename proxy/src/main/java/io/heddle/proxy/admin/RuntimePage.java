package io.heddle.proxy.admin;

import io.heddle.proxy.admin.Page.Answer;
import io.heddle.proxy.runtime.RuntimeLayers;
import io.heddle.traffic.layer.RuntimeSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Envoy's `/runtime` and `/runtime_modify`: what every layer of the runtime says, and changing what the layer of the
/// admin interface says.
final class RuntimePage {
    private static final int LONGEST_KEY = 1024;
    private static final String USAGE = """
            usage: /runtime_modify?key1=value1&key2=value2&keyN=valueN
            use an empty value to remove a previously added override
            """;

    private final RuntimeLayers layers;

    RuntimePage(RuntimeLayers layers) {
        this.layers = layers;
    }

    /// The layers, and of each key what each of them says and what counts.
    Answer tell(Map<String, String> query) {
        return Answer.json(shown(layers.snapshot()));
    }

    private static Map<String, Object> shown(RuntimeSnapshot snapshot) {
        var entries = new TreeMap<String, Object>();
        for (var key : new TreeSet<>(snapshot.values().keySet())) {
            var said = new ArrayList<String>();
            for (var layer : snapshot.layers()) {
                var value = layer.values().get(key);
                said.add(value == null ? "" : value.text());
            }
            var entry = new LinkedHashMap<String, Object>();
            entry.put("layer_values", said);
            entry.put(
                    "final_value", said.stream().filter(text -> !text.isEmpty()).reduce("", (_, last) -> last));
            entries.put(key, entry);
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("entries", entries);
        all.put("layers", snapshot.layers().stream().map(layer -> layer.name()).toList());
        return all;
    }

    /// Changes what the layer of the admin interface says.
    Answer change(Map<String, String> query) {
        var wanted = new TreeMap<>(query);
        wanted.remove("");
        if (wanted.isEmpty()) {
            return Answer.text(400, USAGE);
        }
        if (wanted.keySet().stream().anyMatch(key -> key.length() > LONGEST_KEY)) {
            throw new IllegalArgumentException("a key is longer than " + LONGEST_KEY + " characters");
        }
        if (!layers.maySet()) {
            return Answer.text(503, "No admin layer specified\n");
        }
        layers.set(wanted);
        return Answer.text(200, "OK\n");
    }
}
