package io.heddle.dialect.tree;

import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.NearestName;
import io.heddle.model.problem.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// A strict cursor over one map of a tree: it reads fields by name and type, knows its path, and collects every
/// problem instead of stopping at the first.
///
/// Each read names its field as known. [#finish()] on the root reports all fields that were never named, in this map
/// and in every map read below it, with the nearest known name. So a reader must ask for every field that its kind
/// has, be it only through [#accept], [#warn] or [#refuse]. A field of the wrong type is reported and reads as
/// absent; what the caller builds from such a map is never used, because the error refuses the object. Used by one
/// thread.
public final class Fields {
    private final Problems problems;
    private final String path;
    private final Map<String, Object> tree;
    private final TreeSet<String> known = new TreeSet<>();
    private final Map<String, Fields> children = new LinkedHashMap<>();

    private Fields(Problems problems, String path, Map<String, Object> tree) {
        this.problems = problems;
        this.path = path;
        this.tree = tree;
    }

    /// The cursor over a whole object.
    public static Fields root(ObjectName object, Map<String, Object> tree) {
        return new Fields(new Problems(object), "", tree);
    }

    /// The object that is being read.
    public ObjectName object() {
        return problems.object();
    }

    /// The path of a field of this map, for example `spec.rules[0].weight`.
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /// The path of this map; empty for the root.
    public String path() {
        return path;
    }

    /// Whether the field is there; names it as known.
    public boolean has(String name) {
        known.add(name);
        return tree.containsKey(name);
    }

    /// The names of all fields, for maps whose keys are data; names them all as known.
    public List<String> names() {
        known.addAll(tree.keySet());
        return List.copyOf(tree.keySet());
    }

    /// Whether the map has no field at all.
    public boolean isEmpty() {
        return tree.isEmpty();
    }

    /// A map; an empty one when the field is absent.
    public Fields object(String name) {
        return optionalObject(name).orElseGet(() -> child(path(name), Map.of()));
    }

    /// A map whose fields are data, as it stands; an empty one when the field is absent.
    public Map<String, Object> tree(String name) {
        return optionalObject(name)
                .map(fields -> {
                    fields.known.addAll(fields.tree.keySet());
                    return fields.tree;
                })
                .orElse(Map.of());
    }

    /// A map that must be there.
    public Fields requiredObject(String name) {
        require(name);
        return object(name);
    }

    /// A map, or empty when the field is absent.
    public Optional<Fields> optionalObject(String name) {
        return value(name).flatMap(value -> map(path(name), value));
    }

    /// A list of maps; empty when the field is absent.
    public List<Fields> objects(String name) {
        var result = new ArrayList<Fields>();
        int index = 0;
        for (var item : list(name)) {
            var place = path(name) + "[" + index++ + "]";
            result.add(map(place, item).orElseGet(() -> child(place, Map.of())));
        }
        return result;
    }

    /// A text that is not empty, or empty when the field is absent.
    public Optional<String> text(String name) {
        return value(name).flatMap(value -> text(path(name), value));
    }

    /// A text that may be empty, or empty when the field is absent.
    public Optional<String> emptiableText(String name) {
        return value(name).flatMap(value -> "".equals(value) ? Optional.of("") : text(path(name), value));
    }

    /// A text that must be there; an empty one after the problem is noted.
    public String requiredText(String name) {
        require(name);
        return text(name).orElse("");
    }

    /// A list of texts; empty when the field is absent.
    public List<String> texts(String name) {
        var result = new ArrayList<String>();
        int index = 0;
        for (var item : list(name)) {
            text(path(name) + "[" + index++ + "]", item).ifPresent(result::add);
        }
        return result;
    }

    /// A map of texts, whose values may be empty; empty when the field is absent.
    public Map<String, String> textMap(String name) {
        var result = new LinkedHashMap<String, String>();
        optionalObject(name).ifPresent(map -> {
            for (var key : map.names()) {
                var value = map.tree.getOrDefault(key, "");
                if (value instanceof String text) {
                    result.put(key, text);
                } else {
                    map.error(key, "must be a text, not " + type(value), "quote the value");
                }
            }
        });
        return result;
    }

    /// A whole number within `min` and `max`, or empty when the field is absent or wrong.
    public Optional<Integer> integer(String name, int min, int max) {
        return value(name).flatMap(value -> whole(name, value, min, max)).map(Long::intValue);
    }

    /// A whole number within `min` and `max` that may need more than 31 bits, or empty when the field is absent
    /// or wrong.
    public Optional<Long> longInteger(String name, long min, long max) {
        return value(name).flatMap(value -> whole(name, value, min, max));
    }

    /// A whole number that must be there; `min` after the problem is noted.
    public int requiredInteger(String name, int min, int max) {
        require(name);
        return integer(name, min, max).orElse(min);
    }

    /// A list of whole numbers within `min` and `max`; empty when the field is absent.
    public List<Integer> integers(String name, int min, int max) {
        var result = new ArrayList<Integer>();
        int index = 0;
        for (var item : list(name)) {
            whole(name + "[" + index++ + "]", item, min, max)
                    .map(Long::intValue)
                    .ifPresent(result::add);
        }
        return result;
    }

    /// A number, whole or not, within `min` and `max`, or empty when the field is absent or wrong.
    public Optional<Double> number(String name, double min, double max) {
        return value(name).flatMap(value -> {
            if (!(value instanceof Number number)) {
                error(name, "must be a number, not " + type(value), "write it without quotes, for example 0.5");
                return Optional.empty();
            }
            double amount = number.doubleValue();
            if (amount < min || amount > max) {
                error(name, number + " is out of range", "use a number from " + plain(min) + " to " + plain(max));
                return Optional.empty();
            }
            return Optional.of(amount);
        });
    }

    /// A flag, or empty when the field is absent or wrong.
    public Optional<Boolean> flag(String name) {
        return value(name).flatMap(value -> {
            if (value instanceof Boolean flag) {
                return Optional.of(flag);
            }
            error(name, "must be true or false, not " + type(value), "write true or false, without quotes");
            return Optional.empty();
        });
    }

    /// A whole number or a text, told apart by [#text] and [#integer]: whether the field holds a text.
    public boolean isText(String name) {
        known.add(name);
        return tree.get(name) instanceof String;
    }

    /// One of a fixed set of texts, or empty when the field is absent or none of them.
    public Optional<String> choice(String name, Collection<String> choices) {
        return text(name).filter(text -> {
            boolean found = choices.contains(text);
            if (!found) {
                var near = NearestName.of(text, choices).map(nearest -> "did you mean \"" + nearest + "\"?");
                error(
                        name,
                        "\"" + text + "\" is not a value of this field",
                        near.orElse("use one of " + String.join(", ", choices)));
            }
            return found;
        });
    }

    /// Names fields that are taken and have no effect by nature, such as a status.
    public void accept(String... names) {
        known.addAll(List.of(names));
    }

    /// Warns when a field is there that has no effect.
    public void warn(String name, String reason, String remedy) {
        if (has(name)) {
            warning(name, reason, remedy);
        }
    }

    /// Refuses the object when a field is there that cannot be carried out.
    public void refuse(String name, String reason, String remedy) {
        if (has(name)) {
            error(name, reason, remedy);
        }
    }

    /// Notes an error about a field of this map; an empty name stands for the map itself.
    public void error(String name, String reason, String remedy) {
        problems.error(name.isEmpty() ? path : path(name), reason, remedy);
    }

    /// Notes a warning about a field of this map; an empty name stands for the map itself.
    public void warning(String name, String reason, String remedy) {
        problems.warning(name.isEmpty() ? path : path(name), reason, remedy);
    }

    /// Reports every field that no read named, here and below, and returns all problems found.
    public List<Problem> finish() {
        reportUnknown();
        return problems.all();
    }

    private void reportUnknown() {
        for (var name : tree.keySet()) {
            if (!known.contains(name)) {
                var near = NearestName.of(name, known).map(nearest -> "did you mean \"" + nearest + "\"?");
                var remedy = known.isEmpty() ? "remove it" : "known here: " + String.join(", ", known);
                error(name, "unknown field \"" + name + "\"", near.orElse(remedy));
            }
        }
        children.values().forEach(Fields::reportUnknown);
    }

    private void require(String name) {
        if (!has(name)) {
            error(name, "is required", "add " + name);
        }
    }

    private Optional<Object> value(String name) {
        known.add(name);
        return Optional.ofNullable(tree.get(name));
    }

    private Optional<Long> whole(String name, Object value, long min, long max) {
        if (!(value instanceof Long number)) {
            error(
                    name,
                    "must be a whole number, not " + type(value),
                    "write a number from " + min + " to " + max + ", without quotes");
            return Optional.empty();
        }
        if (number < min || number > max) {
            error(name, number + " is out of range", "use a number from " + min + " to " + max);
            return Optional.empty();
        }
        return Optional.of(number);
    }

    private List<?> list(String name) {
        var value = value(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof List<?> list) {
            return list;
        }
        error(name, "must be a list, not " + type(value.get()), "put \"- \" before each item");
        return List.of();
    }

    private Optional<Fields> map(String place, Object value) {
        if (value instanceof Map<?, ?> map) {
            var copy = new LinkedHashMap<String, Object>();
            map.forEach((key, item) -> copy.put(String.valueOf(key), item));
            return Optional.of(child(place, copy));
        }
        problems.error(
                place, "must be a map of fields, not " + type(value), "put \"name: value\" lines below it, further in");
        return Optional.empty();
    }

    private Optional<String> text(String place, Object value) {
        if (!(value instanceof String text)) {
            boolean scalar = !(value instanceof Map || value instanceof List);
            problems.error(place, "must be a text, not " + type(value), scalar ? "quote the value" : "write one text");
            return Optional.empty();
        }
        if (text.isEmpty()) {
            problems.error(place, "must not be empty", "give it a value, or remove the field");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private Fields child(String place, Map<String, Object> values) {
        return children.computeIfAbsent(place, _ -> new Fields(problems, place, values));
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static String type(Object value) {
        return switch (value) {
            case String _ -> "a text";
            case Boolean flag -> "the flag " + flag;
            case Number number -> "the number " + number;
            case List<?> _ -> "a list";
            default -> "a map of fields";
        };
    }
}
