package io.heddle.traffic.explain;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.request.LocalReply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What becomes of a [Call], and every decision on the way, in order.
///
/// @param steps the decisions
/// @param outcome what came of them
public record Explanation(List<Step> steps, Outcome outcome) {
    public Explanation {
        steps = List.copyOf(steps);
    }

    /// The end of a call.
    public sealed interface Outcome {
        /// The connection is closed before a request is read.
        record Closed(String reason) implements Outcome {}

        /// The proxy answers itself.
        record Answered(LocalReply reply) implements Outcome {}

        /// It goes to an endpoint.
        ///
        /// @param cluster its cluster
        /// @param endpoint as configured; of a cluster whose hosts are found by name, perhaps a name
        record Forwarded(String cluster, Endpoint endpoint) implements Outcome {}

        /// It goes to a cluster, whose hosts are not known before the request comes.
        ///
        /// @param cluster the cluster
        /// @param reason why they are not known
        record Open(String cluster, String reason) implements Outcome {}
    }

    /// The explanation for programs: `steps`, each with `step`, `subject` and `verdict`, and `outcome` with its
    /// `kind` and what that has. Texts, whole numbers, lists and maps of these.
    public Map<String, Object> document() {
        var told = new ArrayList<Map<String, Object>>();
        for (var step : steps) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("step", step.step());
            fields.put("subject", step.subject());
            fields.put("verdict", step.verdict());
            told.add(fields);
        }
        var document = new LinkedHashMap<String, Object>();
        document.put("steps", told);
        var end = outcome(outcome);
        end.put("text", sentence());
        document.put("outcome", end);
        return document;
    }

    private static LinkedHashMap<String, Object> outcome(Outcome outcome) {
        var fields = new LinkedHashMap<String, Object>();
        switch (outcome) {
            case Outcome.Closed(String reason) -> {
                fields.put("kind", "closed");
                fields.put("reason", reason);
            }
            case Outcome.Answered(LocalReply reply) -> {
                fields.put("kind", "answered");
                fields.put("status", reply.status());
                fields.put("flag", reply.flag().code());
                fields.put("details", reply.details());
                reply.headers().forEach(edit -> fields.put(edit.name().toString(), edit.value()));
            }
            case Outcome.Forwarded(String cluster, Endpoint endpoint) -> {
                fields.put("kind", "forwarded");
                fields.put("cluster", cluster);
                fields.put("endpoint", endpoint.socketAddress());
                fields.put("priority", endpoint.priority());
                fields.put("weight", endpoint.weight());
            }
            case Outcome.Open(String cluster, String reason) -> {
                fields.put("kind", "open");
                fields.put("cluster", cluster);
                fields.put("reason", reason);
            }
        }
        return fields;
    }

    /// The explanation for people: a line for each step, and one for the outcome.
    public String text() {
        return text(steps, sentence());
    }

    /// Such a text of an explanation that came as a document: its steps, and the `text` of its outcome.
    public static String text(List<Step> steps, String outcome) {
        var text = new StringBuilder();
        for (var step : steps) {
            text.append(String.format(Locale.ROOT, "%-20s ", step.step()));
            text.append(step.subject().isEmpty() ? "" : step.subject() + ": ");
            text.append(step.verdict()).append('\n');
        }
        return text.append(String.format(Locale.ROOT, "%-20s ", "outcome"))
                .append(outcome)
                .append('\n')
                .toString();
    }

    private String sentence() {
        return switch (outcome) {
            case Outcome.Closed(String reason) -> "the connection is closed: " + reason;
            case Outcome.Answered(LocalReply reply) ->
                "the proxy answers " + reply.status() + " (" + reply.details() + ")";
            case Outcome.Forwarded(String cluster, Endpoint endpoint) ->
                "goes to " + endpoint.socketAddress() + " of cluster " + cluster;
            case Outcome.Open(String cluster, String reason) -> "goes to cluster " + cluster + ": " + reason;
        };
    }

    /// The cluster that the call goes to; empty where it goes nowhere.
    public Optional<String> cluster() {
        return switch (outcome) {
            case Outcome.Forwarded(String cluster, var _) -> Optional.of(cluster);
            case Outcome.Open(String cluster, var _) -> Optional.of(cluster);
            case Outcome.Closed _, Outcome.Answered _ -> Optional.empty();
        };
    }
}
