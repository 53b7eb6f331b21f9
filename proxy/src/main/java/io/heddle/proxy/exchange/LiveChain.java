package io.heddle.proxy.exchange;

import io.heddle.traffic.runtime.NetworkFilter;

/// The listener chain that a connection came in by, as it is now: a configuration change that keeps its TLS shows
/// up here for the connection's next request. Safe on any thread.
public interface LiveChain {
    /// The listener's name.
    String listener();

    /// What reads the connection.
    NetworkFilter filter();

    /// The settings of a chain that is read as HTTP; a bug where it is not.
    default NetworkFilter.Http http() {
        return switch (filter()) {
            case NetworkFilter.Http http -> http;
            case NetworkFilter.Tcp _ -> throw new IllegalStateException("not an HTTP chain: " + listener());
        };
    }

    /// Whether its connections are to be closed when they have done what they are doing.
    boolean draining();

    /// Whether nothing is done about its requests and connections when the proxy is overloaded.
    boolean bypassesOverload();
}
