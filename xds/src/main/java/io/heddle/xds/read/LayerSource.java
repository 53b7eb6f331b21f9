package io.heddle.xds.read;

import io.heddle.traffic.layer.RuntimeLayer;
import java.time.Duration;

/// Where a layer of the runtime comes from, as Envoy's `bootstrap.v3.RuntimeLayer`.
public sealed interface LayerSource {
    /// The layer's name.
    String name();

    /// It stands in the bootstrap.
    record Fixed(RuntimeLayer layer) implements LayerSource {
        @Override
        public String name() {
            return layer.name();
        }
    }

    /// It is a folder, of which every file is a key: `a/b` is `a.b`. It is read anew when `root` is replaced, as a
    /// symbolic link is that is moved over another one.
    ///
    /// @param name the layer's name
    /// @param root what is replaced
    /// @param subdirectory the folder in it; may be empty
    /// @param ofCluster whether the folder in that is meant that bears the name of the node's cluster
    record Disk(String name, String root, String subdirectory, boolean ofCluster) implements LayerSource {}

    /// It is what the admin interface is told.
    record Admin(String name) implements LayerSource {}

    /// It comes over ADS.
    ///
    /// @param name the layer's name
    /// @param resource the name of the `service.runtime.v3.Runtime` that it is
    /// @param timeout how long the start waits for it; zero for ever
    record Discovered(String name, String resource, Duration timeout) implements LayerSource {}
}
