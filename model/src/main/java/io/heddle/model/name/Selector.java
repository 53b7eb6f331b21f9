package io.heddle.model.name;

/// Picks workloads by label: every label named must be there with that value. Without labels it picks all.
///
/// @param matchLabels the labels asked for
public record Selector(Labels matchLabels) {
    public static final Selector ALL = new Selector(Labels.NONE);

    /// Whether `labels` carry every label asked for.
    public boolean matches(Labels labels) {
        return labels.values().entrySet().containsAll(matchLabels.values().entrySet());
    }

    /// Whether this selects every workload.
    public boolean isEmpty() {
        return matchLabels.values().isEmpty();
    }
}
