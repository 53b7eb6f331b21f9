package io.heddle.cli.command;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// How far an object has come, as the control plane reports it.
///
/// @param accepted whether it is part of the mesh's configuration
/// @param activeOn how many connected proxies run with it
/// @param proxies how many proxies are connected
/// @param rejectedBy how many proxies refused it
/// @param unresolved how many of its references lead nowhere
record ResourceStatus(boolean accepted, int activeOn, int proxies, int rejectedBy, int unresolved) {
    static ResourceStatus of(JsonNode object) {
        var status = object.path("status");
        return new ResourceStatus(
                status.path("accepted").asBoolean(false),
                status.path("activeOn").asInt(0),
                status.path("proxies").asInt(0),
                status.path("rejectedBy").size(),
                status.path("warnings").size());
    }

    /// What is doubtful about it, one line each.
    static List<String> warnings(JsonNode object) {
        return object.path("status")
                .path("warnings")
                .valueStream()
                .map(ResourceStatus::line)
                .toList();
    }

    private static String line(JsonNode problem) {
        var remedy = problem.path("remedy").asString("");
        return "warning: " + problem.path("object").asString("") + ": "
                + problem.path("path").asString("") + ": "
                + problem.path("reason").asString("") + (remedy.isEmpty() ? "" : "; " + remedy);
    }

    /// Whether every connected proxy runs with it.
    boolean active() {
        return accepted && rejectedBy == 0 && activeOn >= proxies;
    }

    /// The cell of a table, for example `ACTIVE 8/8`.
    String text() {
        if (!accepted) {
            return "NOT ACCEPTED";
        }
        if (rejectedBy > 0) {
            return "REJECTED BY " + rejectedBy + "/" + proxies;
        }
        if (proxies == 0) {
            return "STORED";
        }
        var word = unresolved > 0 ? "UNRESOLVED " : active() ? "ACTIVE " : "PENDING ";
        return word + activeOn + "/" + proxies;
    }
}
