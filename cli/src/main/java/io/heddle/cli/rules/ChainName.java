package io.heddle.cli.rules;

import java.util.Locale;

/// The chains, named after Istio's.
public enum ChainName {
    /// Which inbound connections are meant.
    INBOUND,
    /// To the sidecar's inbound port, by rewriting the destination.
    IN_REDIRECT,
    /// To the sidecar's inbound port, as they are.
    TPROXY,
    /// Packets of connections that the sidecar has already.
    DIVERT,
    /// The application's answers to connections that carry their caller's address.
    ANSWERS,
    /// Whose outbound connections are meant.
    OUTPUT,
    /// Which outbound connections are meant, by where they go.
    OUTBOUND,
    /// To the sidecar's outbound port.
    REDIRECT,
    /// Whose DNS queries are meant.
    DNS;

    /// What every name of ours begins with.
    public static final String PREFIX = "HEDDLE_";

    /// Its name for iptables, `HEDDLE_OUTPUT`.
    public String iptables() {
        return PREFIX + name();
    }

    /// Its name for nftables, `heddle_output`; the plain word would often be one of its language.
    public String nft() {
        return iptables().toLowerCase(Locale.ROOT);
    }
}
