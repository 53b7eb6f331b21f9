package io.heddle.cli.mesh;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a demo found, when it ends at a given time.
///
/// @param graph the control plane's graph at the end, or the last one it told
/// @param load the load generator's final figures
/// @param start how the mesh came up
/// @param notice since when the control plane did not answer, when it did not at the end
record DemoReport(JsonNode graph, JsonNode load, Start start, Optional<String> notice) {
    /// How the mesh came up.
    ///
    /// @param millis from the start of the first process to the first request
    /// @param tried visits made before the load to see that every path works; the graph has them, the load has not
    /// @param confined whether the kernel holds every application to its own sidecar
    record Start(long millis, int tried, boolean confined) {}

    /// The figures as one object.
    ObjectNode json() {
        var report = JsonNodeFactory.instance.objectNode();
        var edges = report.putArray("edges");
        for (var edge : graph.path("edges")) {
            var copy = edges.addObject();
            List.of("from", "to", "requests", "success", "p50_ms", "p99_ms", "mtls")
                    .forEach(field -> copy.set(field, edge.path(field)));
        }
        report.put("sent", load.path("sent").asLong(0));
        report.put("ok", load.path("ok").asLong(0));
        report.put("lost", lost());
        report.put("tried_before", start.tried);
        report.set("errors", load.path("errors"));
        report.set("versions", load.path("versions"));
        report.put("p50_ms", load.path("p50_ms").asDouble(0));
        report.put("p99_ms", load.path("p99_ms").asDouble(0));
        report.put("ready_ms", start.millis);
        report.put("confined", start.confined);
        var failed = report.putArray("failed");
        shortcomings().forEach(failed::add);
        return report;
    }

    /// Everything that keeps the demo from being a success; empty when all went well.
    List<String> shortcomings() {
        var failed = new ArrayList<String>();
        notice.ifPresent(failed::add);
        for (var wanted : DemoWorkload.EDGES) {
            var name = wanted.get(0) + " to " + wanted.get(1);
            var edge = edge(wanted.get(0), wanted.get(1));
            if (edge.isEmpty() || edge.get().path("requests").asLong(0) == 0) {
                failed.add(name + ": no traffic was seen");
            } else if (!edge.get().path("mtls").asBoolean(false)) {
                failed.add(name + ": not all traffic was mutual TLS");
            }
        }
        if (lost() > 0) {
            failed.add(lost() + " requests did not get their application's answer");
        }
        if (load.path("ok").asLong(0) == 0) {
            failed.add("no request was answered");
        }
        return failed;
    }

    /// Requests without their right answer, those still waiting at the end among them.
    private long lost() {
        return load.path("lost").asLong(0) + load.path("waiting").asLong(0);
    }

    private Optional<JsonNode> edge(String from, String to) {
        return graph.path("edges")
                .valueStream()
                .filter(edge -> edge.path("from").asString("").equals(from)
                        && edge.path("to").asString("").equals(to))
                .findFirst();
    }
}
