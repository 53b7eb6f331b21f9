package io.heddle.traffic.route;

import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.request.RequestHead;
import java.util.List;

/// A set of host names and the routes behind them, as Envoy's `route.v3.VirtualHost`.
///
/// @param name for people and metrics
/// @param domains exact hosts, `*.suffix`, `prefix.*` or `*`
/// @param tree leads to its routes, of which the first that fits is taken
/// @param tls which requests must have been made over TLS
/// @param virtualClusters names for some of its requests; the first that fits counts
public record VirtualHost(
        String name,
        List<String> domains,
        RouteTree<List<Route>> tree,
        TlsRequirement tls,
        List<VirtualCluster> virtualClusters) {
    public VirtualHost {
        domains = List.copyOf(domains);
        virtualClusters = List.copyOf(virtualClusters);
    }

    /// One whose requests may come as they like.
    public VirtualHost(String name, List<String> domains, List<Route> routes) {
        this(name, domains, new RouteTree.Leaf<>(List.copyOf(routes)), TlsRequirement.NONE, List.of());
    }

    /// All routes, in the order configured, those that only a matcher leads to included.
    public List<Route> routes() {
        return tree.leaves().flatMap(List::stream).toList();
    }

    /// Which requests must have been made over TLS; others are sent there with 301 (Envoy's `require_tls`).
    public enum TlsRequirement {
        NONE,
        /// Those from outside.
        EXTERNAL_ONLY,
        ALL
    }

    /// A name for the requests that fit (Envoy's `route.v3.VirtualCluster`).
    ///
    /// @param headers every one of them must fit
    public record VirtualCluster(String name, List<HeaderMatcher> headers) {
        public VirtualCluster {
            headers = List.copyOf(headers);
        }

        /// Whether `head` is one of them.
        public boolean fits(RequestHead head) {
            for (int i = 0; i < headers.size(); i++) {
                if (!headers.get(i).matches(head)) {
                    return false;
                }
            }
            return true;
        }
    }
}
