package io.heddle.traffic.runtime;

import java.util.List;
import java.util.Set;

/// What finds out about a connection before a chain is chosen for it (Envoy's `ListenerFilter`).
public sealed interface ListenerFilter {
    /// Looks for a ClientHello and takes SNI and ALPN from it.
    ///
    /// @param closeOnError whether a connection that begins like TLS and breaks its rules is closed; otherwise
    ///     it counts as plaintext
    record TlsInspector(boolean closeOnError) implements ListenerFilter {}

    /// Looks for the beginning of HTTP/1 or HTTP/2 in plaintext.
    record HttpInspector() implements ListenerFilter {}

    /// Reads a PROXY header, version 1 or 2.
    ///
    /// @param optional whether connections without a header are let through
    /// @param versions which versions are taken, 1 and 2
    record ProxyProtocol(boolean optional, Set<Integer> versions) implements ListenerFilter {
        public ProxyProtocol {
            versions = Set.copyOf(versions);
        }
    }

    /// Asks the kernel where a redirected connection wanted to go.
    record OriginalDestination() implements ListenerFilter {}

    /// Has the connections that are made for a client come from the client's own address, as it is known where this
    /// filter stands.
    ///
    /// @param mark the mark of their packets (`SO_MARK`), by which routing tells them; 0 for none
    record OriginalSource(int mark) implements ListenerFilter {}

    /// A filter and the connections it leaves alone.
    ///
    /// @param filter what it does
    /// @param disabled for which destinations it does nothing
    record Step(ListenerFilter filter, PortPredicate disabled) {}

    /// Which destination ports a filter is disabled for (Envoy's `ListenerFilterChainMatchPredicate`).
    sealed interface PortPredicate {
        /// Whether it holds for `port`.
        boolean test(int port);

        /// For none.
        record Never() implements PortPredicate {
            @Override
            public boolean test(int port) {
                return false;
            }
        }

        /// For all.
        record Always() implements PortPredicate {
            @Override
            public boolean test(int port) {
                return true;
            }
        }

        /// For ports from `start` to before `end`.
        record Range(int start, int end) implements PortPredicate {
            @Override
            public boolean test(int port) {
                return port >= start && port < end;
            }
        }

        /// Where `inner` does not hold.
        record Not(PortPredicate inner) implements PortPredicate {
            @Override
            public boolean test(int port) {
                return !inner.test(port);
            }
        }

        /// Where all hold.
        record All(List<PortPredicate> rules) implements PortPredicate {
            public All {
                rules = List.copyOf(rules);
            }

            @Override
            public boolean test(int port) {
                return rules.stream().allMatch(rule -> rule.test(port));
            }
        }

        /// Where one holds.
        record Any(List<PortPredicate> rules) implements PortPredicate {
            public Any {
                rules = List.copyOf(rules);
            }

            @Override
            public boolean test(int port) {
                return rules.stream().anyMatch(rule -> rule.test(port));
            }
        }
    }
}
