package io.heddle.model.name;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The labels that a workload may state of itself, and so the services whose instance it may be.
///
/// Labels that only tell versions apart are free: whoever may be an instance of a service may be any version of it.
///
/// @param allowed label key → the values that may be stated; `*` stands for every value
public record LabelGrant(SortedMap<String, SortedSet<String>> allowed) {
    /// Allows nothing but what is free.
    public static final LabelGrant NONE = new LabelGrant(new TreeMap<>());

    private static final String ANY = "*";
    private static final int MAX_LENGTH = 8 * 1024;
    private static final Set<String> FREE = Set.of("version", "service.istio.io/canonical-revision");

    public LabelGrant {
        var copy = new TreeMap<String, SortedSet<String>>();
        allowed.forEach((key, values) -> copy.put(key, Collections.unmodifiableSortedSet(new TreeSet<>(values))));
        allowed = Collections.unmodifiableSortedMap(copy);
    }

    /// What an instance of one of `services` states: `app` and `service.istio.io/canonical-name`.
    ///
    /// @param services their names, without namespace
    public static LabelGrant ofServices(Collection<String> services) {
        var names = new TreeSet<>(services);
        return new LabelGrant(new TreeMap<>(Map.of("app", names, "service.istio.io/canonical-name", names)));
    }

    /// This and `more` together.
    public LabelGrant with(Map<String, String> more) {
        var both = new TreeMap<String, SortedSet<String>>(allowed);
        more.forEach((key, value) -> {
            var values = new TreeSet<>(both.getOrDefault(key, new TreeSet<>()));
            values.add(value);
            both.put(key, values);
        });
        return new LabelGrant(both);
    }

    /// The first of `labels` that may not be stated, as `key=value`; empty when all may be.
    public Optional<String> excess(Labels labels) {
        return labels.values().entrySet().stream()
                .filter(label -> !allows(label.getKey(), label.getValue()))
                .map(label -> label.getKey() + "=" + label.getValue())
                .findFirst();
    }

    private boolean allows(String key, String value) {
        var values = allowed.get(key);
        return FREE.contains(key) || (values != null && (values.contains(value) || values.contains(ANY)));
    }

    /// Reads what [#text] wrote; empty when it is not that.
    public static Optional<LabelGrant> parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        var allowed = new TreeMap<String, SortedSet<String>>();
        if (text.isEmpty()) {
            return Optional.of(NONE);
        }
        for (var pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                return Optional.empty();
            }
            allowed.computeIfAbsent(pair.substring(0, equals), _ -> new TreeSet<>())
                    .add(pair.substring(equals + 1));
        }
        return Optional.of(new LabelGrant(allowed));
    }

    /// `key=value,key=value`, sorted; labels have no commas and their keys no equals signs.
    public String text() {
        return allowed.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().map(value -> entry.getKey() + "=" + value))
                .collect(Collectors.joining(","));
    }

    @Override
    public String toString() {
        return text();
    }
}
