package io.heddle.cli.rules;

/// How inbound connections reach the sidecar; the names are those of Istio's `interceptionMode`.
///
/// Outbound connections are always redirected: the kernel rewrites their destination and keeps the original one for
/// `SO_ORIGINAL_DST`.
public enum Mode {
    /// The destination is rewritten to the inbound port.
    REDIRECT,
    /// The connection is handed to a transparent socket with both its addresses as they are; it needs policy routing
    /// and a socket with `IP_TRANSPARENT`.
    TPROXY
}
