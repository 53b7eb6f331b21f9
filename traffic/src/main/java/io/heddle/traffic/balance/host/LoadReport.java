package io.heddle.traffic.balance.host;

import java.util.List;
import java.util.Map;

/// What a host says of its load (ORCA: `xds.data.orca.v3.OrcaLoadReport`), with an answer or by itself. Finite numbers
/// of 0 or more; 0 where it said nothing.
///
/// @param application how busy it is by its own judgement, 1 for as busy as it should be; may be above
/// @param cpu the share of its processors that is in use; may be above 1
/// @param memory the share of its memory
/// @param requests per second that it serves
/// @param errors per second that it serves
/// @param others further values by the name of their field and their own, for example `named_metrics.queue`
public record LoadReport(
        double application, double cpu, double memory, double requests, double errors, Map<String, Double> others) {
    public LoadReport {
        others = Map.copyOf(others);
    }

    /// How busy it is: by its own judgement, else by the largest of these metrics, else by its processors.
    double utilization(List<String> metrics) {
        if (application > 0) {
            return application;
        }
        double most = 0;
        for (int i = 0; i < metrics.size(); i++) {
            most = Math.max(most, value(metrics.get(i)));
        }
        return most > 0 ? most : cpu;
    }

    private double value(String name) {
        return switch (name) {
            case "cpu_utilization" -> cpu;
            case "mem_utilization" -> memory;
            case "application_utilization" -> application;
            default -> others.getOrDefault(name, 0.0);
        };
    }

    /// The weight that it means: requests per utilization, to which errors add; 0 where it says too little.
    public double weight(WeightRules rules) {
        double busy = utilization(rules.metrics());
        if (requests <= 0 || busy <= 0) {
            return 0;
        }
        double weight = requests / (busy + errors / requests * rules.errorPenalty());
        return Double.isFinite(weight) ? weight : 0;
    }
}
