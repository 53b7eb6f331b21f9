package io.heddle.control.telemetry;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The graph of who calls whom, over a window of time.
///
/// @param windowSeconds the window
/// @param nodes sorted by id
/// @param edges sorted by their ends
public record GraphView(int windowSeconds, List<Node> nodes, List<Edge> edges) {
    public GraphView {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /// How finely nodes are told apart.
    public enum Grain {
        SERVICE,
        WORKLOAD
    }

    /// A caller or called one.
    ///
    /// @param id `namespace/service`, by workload with `-revision`; `unknown` for callers outside the mesh
    /// @param namespace its namespace
    /// @param service its canonical service
    /// @param workload service and revision in a graph by workload; empty otherwise
    /// @param versions the revisions seen, sorted
    public record Node(String id, String namespace, String service, String workload, List<String> versions) {
        public Node {
            versions = List.copyOf(versions);
        }
    }

    /// Traffic from one node to another.
    ///
    /// @param from the caller's id
    /// @param to the id of the one called
    /// @param requests all requests since the graph first saw the edge
    /// @param rate requests a second over the window
    /// @param success the share of the window's requests that got a good answer (no 4xx, 5xx or failure); empty
    ///     when there were none
    /// @param p50Millis median latency over the window; empty when there were no requests
    /// @param p99Millis 99th percentile over the window, likewise
    /// @param mtls whether all connections were mTLS, as the called side saw them; empty when it saw none
    /// @param errors failed requests of the window by response code, or by flag where the code is no error
    public record Edge(
            String from,
            String to,
            long requests,
            double rate,
            Optional<Double> success,
            Optional<Double> p50Millis,
            Optional<Double> p99Millis,
            Optional<Boolean> mtls,
            Map<String, Long> errors) {
        public Edge {
            errors = Map.copyOf(errors);
        }
    }
}
