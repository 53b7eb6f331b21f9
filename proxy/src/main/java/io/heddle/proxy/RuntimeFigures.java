package io.heddle.proxy;

import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.proxy.runtime.RuntimeLayers;
import java.util.function.ToLongFunction;

/// What became of the layers of the runtime, under Envoy's names.
///
/// @param metrics where it goes
/// @param layers the layers
record RuntimeFigures(ProxyMetrics metrics, RuntimeLayers layers) {
    void add() {
        counter("load_success", "Times that all layers were laid over each other.", all -> all.loads());
        counter("load_error", "Times that one could not be read.", all -> all.failures());
        counter("override_dir_exists", "Of these, with more than one layer on disk.", all -> all.withOverrides());
        counter("override_dir_not_exists", "Of these, without.", all -> all.withoutOverrides());
        gauge("admin_overrides_active", "Whether the admin interface has set any key.", all -> all.overridden());
        gauge("num_keys", "Keys that a layer has.", all -> all.keys());
        gauge("num_layers", "Layers.", all -> all.layers());
    }

    private void counter(String name, String help, ToLongFunction<RuntimeLayers.Figures> value) {
        metrics.addCounter("envoy_runtime_" + name, help, () -> (double) value.applyAsLong(layers.figures()));
    }

    private void gauge(String name, String help, ToLongFunction<RuntimeLayers.Figures> value) {
        metrics.add("envoy_runtime_" + name, help, () -> (double) value.applyAsLong(layers.figures()));
    }
}
