package io.heddle.cli.command;

import tools.jackson.databind.JsonNode;

/// How far an object has come, as the control plane reports it.
///
/// @param accepted whether it is part of the mesh's configuration
/// @param activeOn how many connected proxies run with it
/// @param proxies how many proxies are connected
/// @param rejectedBy how many proxies refused it
record ResourceStatus(boolean accepted, int activeOn, int proxies, int rejectedBy) {
    static ResourceStatus of(JsonNode object) {
        var status = object.path("status");
        return new ResourceStatus(
                status.path("accepted").asBoolean(false),
                status.path("activeOn").asInt(0),
                status.path("proxies").asInt(0),
                status.path("rejectedBy").size());
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
        return (active() ? "ACTIVE " : "PENDING ") + activeOn + "/" + proxies;
    }
}
