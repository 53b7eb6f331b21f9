package io.heddle.traffic.filter;

/// What a proxy says of itself to those who ask whether it is well.
///
/// @param fails whether it is to fail health checks: it drains, or its operator said so
/// @param cluster the cluster it belongs to (`node.cluster`); may be empty
public record ProxyHealth(boolean fails, String cluster) {
    /// A proxy that is well, and belongs to no cluster.
    public static final ProxyHealth WELL = new ProxyHealth(false, "");
}
