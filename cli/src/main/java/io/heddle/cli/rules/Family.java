package io.heddle.cli.rules;

/// An Internet protocol version and its loopback network.
public enum Family {
    IPV4("iptables", "-4", "127.0.0.0/8", "127.0.0.6/32"),
    IPV6("ip6tables", "-6", "::1/128", "::6/128");

    private final String iptables;
    private final String flag;
    private final String loopback;
    private final String passthroughSource;

    Family(String iptables, String flag, String loopback, String passthroughSource) {
        this.iptables = iptables;
        this.flag = flag;
        this.loopback = loopback;
        this.passthroughSource = passthroughSource;
    }

    /// The name of its iptables command.
    public String iptables() {
        return iptables;
    }

    /// Its flag of the `ip` command.
    public String flag() {
        return flag;
    }

    /// Where a destination means this very machine: never intercepted.
    public Cidr loopback() {
        return new Cidr(loopback);
    }

    /// The address from which a sidecar calls its own application on an address other than loopback, as in Istio.
    public Cidr passthroughSource() {
        return new Cidr(passthroughSource);
    }
}
