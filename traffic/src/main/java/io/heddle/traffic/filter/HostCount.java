package io.heddle.traffic.filter;

/// How many hosts a cluster has.
///
/// @param all all of them
/// @param taking those that take requests, degraded ones included
public record HostCount(int all, int taking) {
    /// Of a cluster without hosts.
    public static final HostCount NONE = new HostCount(0, 0);
}
