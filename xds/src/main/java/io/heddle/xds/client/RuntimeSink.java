package io.heddle.xds.client;

import io.heddle.model.problem.Problem;
import io.heddle.traffic.layer.RuntimeLayer;
import java.util.List;
import java.util.Set;

/// Where layers of the runtime go that come over ADS. Called on one thread at a time.
public interface RuntimeSink {
    /// No layers come over ADS.
    RuntimeSink NONE = new RuntimeSink() {
        @Override
        public Set<String> resources() {
            return Set.of();
        }

        @Override
        public boolean isSettled() {
            return true;
        }

        @Override
        public void came(RuntimeLayer layer, List<Problem> warnings) {
            throw new IllegalStateException("a layer that nobody asked for: " + layer.name());
        }

        @Override
        public void refused(Set<String> names, List<Problem> problems) {}
    };

    /// The names of the resources that are layers.
    Set<String> resources();

    /// Whether nothing waits for them any more: each has come, or the server has answered otherwise, or it has taken
    /// too long. The rest of the configuration is asked for only then, as in Envoy.
    boolean isSettled();

    /// A layer came, under the name of its resource; of one that was taken back, without values.
    void came(RuntimeLayer layer, List<Problem> warnings);

    /// The server has answered without the layers of these names, or with such as cannot be taken: those before stay.
    void refused(Set<String> names, List<Problem> problems);
}
