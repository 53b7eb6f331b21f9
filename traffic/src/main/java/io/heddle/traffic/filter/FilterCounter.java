package io.heddle.traffic.filter;

/// Something that a filter counts, events or what there is of something at a time, as a family of Prometheus with one
/// label, under the name that Envoy's `/stats` has
/// for it there.
///
/// @param family the family's name
/// @param help what is counted
/// @param label the label's name
/// @param value the label's value; empty means the `stat_prefix` of the connection manager
public record FilterCounter(String family, String help, String label, String value) {
    private static final String MANAGER = "envoy_http_conn_manager_prefix";

    /// One for each connection manager.
    public static FilterCounter ofManager(String family, String help) {
        return new FilterCounter(family, help, MANAGER, "");
    }
}
