package io.heddle.cli.intercept;

/// The packet filter in whose words the rules are written.
enum Backend {
    IPTABLES,
    NFT
}
