package io.heddle.xds.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a bootstrap says of runtime keys itself: the static layers of its `layered_runtime`. What its static resources
/// say where such a key stands, a default value or a weight, is replaced by what the last layer that has the key says,
/// before anything is read. A value that does not fit there changes nothing, as in Envoy.
final class StaticRuntime {
    private static final int DEEPEST = 100;
    private static final int ALL = 100;

    private final Map<String, Object> values = new HashMap<>();

    private StaticRuntime() {}

    /// Where a value stands that counts without the key.
    private static final List<String> DEFAULTS =
            List.of("default_value", "defaultValue", "percent_sampled", "percentSampled");

    /// The tree of a bootstrap with what its layers say.
    static @Nullable Object applied(@Nullable Object root) {
        if (!(root instanceof Map<?, ?> bootstrap)
                || !(field(bootstrap, "layered_runtime", "layeredRuntime") instanceof Map<?, ?> layered)
                || !(layered.get("layers") instanceof List<?> layers)) {
            return root;
        }
        var runtime = new StaticRuntime();
        for (var layer : layers) {
            if (layer instanceof Map<?, ?> map && field(map, "static_layer", "staticLayer") instanceof Map<?, ?> said) {
                runtime.add("", said, 0);
            }
        }
        var all = new LinkedHashMap<Object, @Nullable Object>(bootstrap);
        for (var name : List.of("static_resources", "staticResources")) {
            if (all.containsKey(name)) {
                all.put(name, runtime.replaced(all.get(name), 0));
            }
        }
        return all;
    }

    private static @Nullable Object field(Map<?, ?> map, String name, String otherName) {
        return map.containsKey(name) ? map.get(name) : map.get(otherName);
    }

    /// A key may be written with dots, or as objects in objects.
    private void add(String prefix, Map<?, ?> layer, int depth) {
        layer.forEach((name, value) -> {
            var key = prefix + name;
            if (value instanceof Map<?, ?> map && !isShare(map) && depth < DEEPEST) {
                add(key + ".", map, depth + 1);
            } else if (value != null) {
                values.put(key, value);
            }
        });
    }

    private static boolean isShare(Map<?, ?> map) {
        return map.containsKey("numerator") || map.containsKey("denominator");
    }

    private @Nullable Object replaced(@Nullable Object tree, int depth) {
        if (depth > DEEPEST) {
            return tree;
        }
        if (tree instanceof List<?> list) {
            var all = new ArrayList<@Nullable Object>(list.size());
            list.forEach(element -> all.add(replaced(element, depth + 1)));
            return all;
        }
        if (!(tree instanceof Map<?, ?> map)) {
            return tree;
        }
        var all = new LinkedHashMap<Object, @Nullable Object>();
        map.forEach((name, value) -> all.put(name, replaced(value, depth + 1)));
        var said = field(all, "runtime_key", "runtimeKey") instanceof String key ? values.get(key) : null;
        if (said != null) {
            for (var name : DEFAULTS) {
                all.computeIfPresent(name, (_, standard) -> value(standard, said));
            }
        }
        if (field(all, "runtime_key_prefix", "runtimeKeyPrefix") instanceof String prefix
                && all.get("clusters") instanceof List<?> clusters) {
            all.put(
                    "clusters",
                    clusters.stream().map(share -> weighed(share, prefix)).toList());
        }
        return all;
    }

    /// What stands in place of a default value, which tells what kind of value it is.
    private static Object value(Object standard, Object said) {
        return switch (standard) {
            case Boolean _ when said instanceof Boolean -> said;
            case Number _ when said instanceof Number -> said;
            case Map<?, ?> map when map.containsKey("value") && said instanceof Number -> Map.of("value", said);
            case Map<?, ?> map when !map.containsKey("value") && said instanceof Map<?, ?> -> said;
            case Map<?, ?> map
            when !map.containsKey("value") && said instanceof Number percent ->
                Map.of("numerator", Math.clamp(percent.longValue(), 0, ALL), "denominator", "HUNDRED");
            default -> standard;
        };
    }

    private Object weighed(Object share, String prefix) {
        if (share instanceof Map<?, ?> map
                && map.get("name") instanceof String name
                && values.get(prefix + "." + name) instanceof Number weight) {
            var all = new LinkedHashMap<Object, Object>(map);
            all.put("weight", weight);
            return all;
        }
        return share;
    }
}
