package io.heddle.traffic.metadata;

import java.util.List;

/// Fits requests by their dynamic metadata, as Envoy's `type.matcher.v3.MetadataMatcher`. A request without the value
/// fits only where the outcome is inverted.
///
/// @param namespace whose metadata
/// @param path where in it
/// @param value what stands there
/// @param invert whether the outcome is turned round
public record MetadataMatcher(String namespace, List<String> path, ValueMatcher value, boolean invert) {
    public MetadataMatcher {
        path = List.copyOf(path);
    }

    /// Whether a request with this state fits.
    public boolean matches(RequestState state) {
        return value.matches(state.metadata(namespace, path)) != invert;
    }

    /// Whether there is such a value at all.
    public boolean finds(RequestState state) {
        return state.metadata(namespace, path).isPresent();
    }
}
