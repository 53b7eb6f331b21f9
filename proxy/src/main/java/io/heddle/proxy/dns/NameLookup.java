package io.heddle.proxy.dns;

import io.heddle.traffic.runtime.DnsPolicy;
import java.util.function.Consumer;

/// Asks for the addresses of names. Safe on any thread; never blocks.
@FunctionalInterface
public interface NameLookup {
    /// Asks for the addresses of `name` as `policy` says. `done` hears the answer once, on any thread, perhaps before
    /// this returns.
    void ask(String name, DnsPolicy policy, Consumer<DnsAnswer> done);
}
