package io.heddle.cli.packetfilter;

/// The packet filter in whose words the rules are written.
public enum Backend {
    IPTABLES,
    NFT
}
