package io.heddle.traffic.metadata;

import io.heddle.traffic.balance.host.LabelValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What filters have found out about one request: dynamic metadata, by namespace (by custom the name of the filter that
/// sets it), and filter state, by key. As Envoy's `dynamicMetadata` and `filterState` of a stream.
///
/// A filter sets it by [#merge] or [#put] before it answers; what comes after it sees it at once: later filters,
/// access rules, rate limits, routes when the request is routed anew, and command operators in heads, bodies and logs.
/// Both refuse what is too much, so that no request can fill memory; a filter whose decision rests on what was refused
/// must not let the request pass.
///
/// Confined to the request's thread; reused between requests. It allocates nothing before something is set.
public final class RequestState {
    /// The most values that all metadata of a request has, those inside others included.
    public static final int MOST_VALUES = 1000;
    /// The most characters that all metadata of a request has, and all filter state.
    public static final int MOST_CHARACTERS = 64 * 1024;
    /// The most keys of filter state.
    public static final int MOST_KEYS = 64;
    /// Of requests that have none: nothing can be set.
    public static final RequestState NONE = new RequestState(false);

    private final boolean settable;
    private Map<String, LabelValue.Fields> metadata = Map.of();
    private Map<String, Kept> kept = Map.of();
    private boolean healthCheck;

    private RequestState(boolean settable) {
        this.settable = settable;
    }

    /// Of a request that nothing is known about yet.
    public RequestState() {
        this(true);
    }

    /// A value of filter state.
    ///
    /// @param plain how it is written in texts
    /// @param typed the same as a value with a structure
    public record Kept(String plain, LabelValue typed) {}

    /// Merges `values` into the metadata of `namespace`: objects by their members, lists by appending, others by
    /// replacing. False, and nothing is changed, when there would be too much.
    public boolean merge(String namespace, LabelValue.Fields values) {
        var before = metadata.get(namespace);
        var after = before == null ? values : merged(before, values);
        var all = new HashMap<>(metadata);
        all.put(namespace, after);
        if (!settable || size(all) > MOST_VALUES || characters(all) > MOST_CHARACTERS) {
            return false;
        }
        metadata = all;
        return true;
    }

    /// Whether there is metadata of `namespace`.
    public boolean has(String namespace) {
        return metadata.containsKey(namespace);
    }

    /// The metadata at `path` below `namespace`; all of the namespace's where the path is empty.
    public Optional<LabelValue> metadata(String namespace, List<String> path) {
        return LabelValue.at(metadata, namespace, path);
    }

    /// Sets filter state, over what was there. False, and nothing is changed, when there would be too much.
    public boolean put(String key, Kept value) {
        var all = new HashMap<>(kept);
        all.put(key, value);
        long characters = 0;
        for (var entry : all.entrySet()) {
            characters += entry.getKey().length() + entry.getValue().plain().length();
            characters += characters(entry.getValue().typed());
        }
        if (!settable || all.size() > MOST_KEYS || characters > MOST_CHARACTERS) {
            return false;
        }
        kept = all;
        return true;
    }

    /// The filter state of `key`; empty where there is none.
    public Optional<Kept> kept(String key) {
        return Optional.ofNullable(kept.get(key));
    }

    /// The request asks whether the proxy is well.
    public void healthCheck() {
        healthCheck = settable;
    }

    /// Whether the request asks whether the proxy is well.
    public boolean isHealthCheck() {
        return healthCheck;
    }

    /// Forgets everything, for the next request.
    public void clear() {
        metadata = Map.of();
        kept = Map.of();
        healthCheck = false;
    }

    private static LabelValue.Fields merged(LabelValue.Fields before, LabelValue.Fields values) {
        var all = new HashMap<>(before.values());
        values.values().forEach((key, value) -> all.merge(key, value, RequestState::merged));
        return new LabelValue.Fields(all);
    }

    private static LabelValue merged(LabelValue before, LabelValue value) {
        if (before instanceof LabelValue.Fields old && value instanceof LabelValue.Fields more) {
            return merged(old, more);
        }
        if (before instanceof LabelValue.Items(var old) && value instanceof LabelValue.Items(var more)) {
            var all = new ArrayList<>(old);
            all.addAll(more);
            return new LabelValue.Items(all);
        }
        return value;
    }

    private static long size(Map<String, ? extends LabelValue> values) {
        return values.values().stream().mapToLong(RequestState::size).sum();
    }

    private static long size(LabelValue value) {
        return switch (value) {
            case LabelValue.Fields(var members) -> 1 + size(members);
            case LabelValue.Items(var items) ->
                1 + items.stream().mapToLong(RequestState::size).sum();
            case LabelValue.Text _, LabelValue.Numeric _, LabelValue.Flag _, LabelValue.Nothing _ -> 1;
        };
    }

    private static long characters(Map<String, ? extends LabelValue> values) {
        return values.entrySet().stream()
                .mapToLong(entry -> entry.getKey().length() + characters(entry.getValue()))
                .sum();
    }

    private static long characters(LabelValue value) {
        return switch (value) {
            case LabelValue.Fields(var members) -> characters(members);
            case LabelValue.Items(var items) ->
                items.stream().mapToLong(RequestState::characters).sum();
            case LabelValue.Text(String text) -> text.length();
            case LabelValue.Numeric _, LabelValue.Flag _, LabelValue.Nothing _ -> 0;
        };
    }
}
