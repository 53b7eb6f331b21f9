package io.heddle.cli.rules;

/// Where in the kernel packets enter our chains.
public enum Hook {
    NAT_PREROUTING("nat", "PREROUTING", "nat_prerouting", "type nat hook prerouting priority dstnat"),
    NAT_OUTPUT("nat", "OUTPUT", "nat_output", "type nat hook output priority -100"),
    MANGLE_PREROUTING("mangle", "PREROUTING", "mangle_prerouting", "type filter hook prerouting priority mangle"),
    MANGLE_OUTPUT("mangle", "OUTPUT", "mangle_output", "type route hook output priority mangle");

    private final String table;
    private final String chain;
    private final String nftName;
    private final String nftType;

    Hook(String table, String chain, String nftName, String nftType) {
        this.table = table;
        this.chain = chain;
        this.nftName = nftName;
        this.nftType = nftType;
    }

    /// The iptables table.
    public String table() {
        return table;
    }

    /// The iptables chain.
    public String chain() {
        return chain;
    }

    /// The name of its base chain in nftables.
    public String nftName() {
        return nftName;
    }

    /// The type of its base chain in nftables.
    public String nftType() {
        return nftType;
    }
}
