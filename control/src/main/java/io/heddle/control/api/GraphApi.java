package io.heddle.control.api;

import io.heddle.control.telemetry.GraphView;
import io.heddle.control.telemetry.GraphView.Grain;
import io.heddle.control.telemetry.ProxyScraper;
import io.heddle.control.telemetry.TrafficGraph;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// The traffic graph over HTTP.
final class GraphApi {
    private static final int DEFAULT_WINDOW = 10;

    private final ProxyScraper scraper;

    GraphApi(ProxyScraper scraper) {
        this.scraper = scraper;
    }

    /// `GET /api/v1/graph?window=10&by=service|workload`.
    Answer graph(Call call) throws RefusedException {
        int window = call.number("window", DEFAULT_WINDOW, 1, TrafficGraph.MAX_WINDOW_SECONDS);
        var grain = switch (call.parameter("by").orElse("service")) {
            case "service" -> Grain.SERVICE;
            case "workload" -> Grain.WORKLOAD;
            default ->
                throw RefusedException.badRequest("?by", "must be service or workload", "leave it out for service");
        };
        var view = scraper.graph(window, grain);
        var map = new LinkedHashMap<String, Object>();
        map.put("windowSeconds", view.windowSeconds());
        map.put("nodes", view.nodes().stream().map(GraphApi::node).toList());
        map.put("edges", view.edges().stream().map(GraphApi::edge).toList());
        return Answer.json(map);
    }

    private static Map<String, Object> node(GraphView.Node node) {
        var map = new LinkedHashMap<String, Object>();
        map.put("id", node.id());
        map.put("namespace", node.namespace());
        map.put("service", node.service());
        map.put("workload", node.workload());
        map.put("versions", node.versions());
        return map;
    }

    private static Map<String, Object> edge(GraphView.Edge edge) {
        var map = new LinkedHashMap<String, Object>();
        map.put("from", edge.from());
        map.put("to", edge.to());
        map.put("requests", edge.requests());
        map.put("rate", rounded(edge.rate(), 100));
        map.put("success", edge.success().map(share -> rounded(share, 1_000_000)));
        map.put("p50_ms", edge.p50Millis().map(millis -> rounded(millis, 1000)));
        map.put("p99_ms", edge.p99Millis().map(millis -> rounded(millis, 1000)));
        map.put("mtls", edge.mtls());
        map.put("errors", new TreeMap<>(edge.errors()));
        return map;
    }

    private static double rounded(double value, double parts) {
        return Math.round(value * parts) / parts;
    }
}
