package io.heddle.xds.write;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.type.v3.Int32Range;
import io.heddle.model.name.Port;
import io.heddle.model.resource.Service;
import io.heddle.model.view.ProxyView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes the listener of the application's intercepted connections.
///
/// A connection's original destination chooses its chain:
///
/// - the listener's own port: somebody called the listener itself; following that would be a loop, so it goes nowhere;
/// - the virtual address and port of a TCP service, or the port alone for a TCP service without such an address: the
///   service's cluster;
/// - a port on which services speak HTTP, when the connection begins like HTTP: the routes of that port;
/// - anything else, HTTP ports on which something else is spoken among them: where it wanted to go, or nowhere, as
///   the mesh's outbound traffic policy says.
///
/// Only on HTTP ports is the client waited for; what is spoken elsewhere passes without a delay.
final class InterceptedOutbound {
    /// How long a client on an HTTP port may be silent before its connection counts as not HTTP. Once known, a server
    /// that speaks first is not waited for again.
    private static final Duration PATIENCE = Duration.newBuilder().setSeconds(1).build();

    private static final List<String> HTTP = List.of("http/1.0", "http/1.1", "h2c");

    private final ProxyView view;
    private final int port;

    InterceptedOutbound(ProxyView view) {
        this.view = view;
        this.port = view.node().ports().outbound();
    }

    Listener write() {
        var listener =
                Listener.newBuilder().setName(Names.OUTBOUND_LISTENER).setTrafficDirection(TrafficDirection.OUTBOUND);
        Interceptions.listen(listener, view.node().interception(), "127.0.0.1", "::1", port);
        listener.addFilterChains(
                chain("loop", matching(port), relay(Names.BLACK_HOLE_CLUSTER, Names.BLACK_HOLE_CLUSTER)));
        tcp().forEach(listener::addFilterChains);
        var ports = RouteWriter.interceptedPorts(view);
        ports.remove(port);
        for (int http : ports) {
            listener.addFilterChains(chain(
                    "http|" + http,
                    matching(http).setTransportProtocol("raw_buffer").addAllApplicationProtocols(HTTP),
                    ListenerWriter.outboundManager(Integer.toString(http))));
        }
        if (!ports.isEmpty()) {
            listener.addListenerFilters(inspector(List.copyOf(ports)))
                    .setListenerFiltersTimeout(PATIENCE)
                    .setContinueOnListenerFiltersTimeout(true);
        }
        var rest = switch (view.mesh().outboundTraffic()) {
            case ALLOW_ANY -> Names.PASSTHROUGH_CLUSTER;
            case REGISTRY_ONLY -> Names.BLACK_HOLE_CLUSTER;
        };
        return listener.setDefaultFilterChain(
                        FilterChain.newBuilder().setName("rest").addFilters(relay(rest, rest)))
                .build();
    }

    /// The chains of TCP services; of two that claim the same destination the first in the view has it.
    private List<FilterChain> tcp() {
        var chains = new LinkedHashMap<String, FilterChain>();
        for (var service : view.services()) {
            for (var served : service.service().ports()) {
                if (served.port().protocol() == Port.Protocol.TCP) {
                    tcp(service.service(), served.port().number(), chains);
                }
            }
        }
        return new ArrayList<>(chains.values());
    }

    private void tcp(Service service, int number, Map<String, FilterChain> chains) {
        var cluster = Names.outbound(number, Names.host(service, view.mesh()));
        if (service.addresses().isEmpty()) {
            chains.putIfAbsent("*:" + number, chain("tcp|*:" + number, matching(number), relay(cluster, cluster)));
        }
        for (var address : service.addresses()) {
            var key = address + ":" + number;
            var match = matching(number).addPrefixRanges(range(address));
            chains.putIfAbsent(key, chain("tcp|" + key, match, relay(cluster, cluster)));
        }
    }

    private static CidrRange range(String address) {
        int slash = address.indexOf('/');
        int whole = address.indexOf(':') < 0 ? 32 : 128;
        int length = slash < 0 ? whole : Integer.parseInt(address.substring(slash + 1));
        return CidrRange.newBuilder()
                .setAddressPrefix(slash < 0 ? address : address.substring(0, slash))
                .setPrefixLen(UInt32Value.of(length))
                .build();
    }

    private static FilterChainMatch.Builder matching(int number) {
        return FilterChainMatch.newBuilder().setDestinationPort(UInt32Value.of(number));
    }

    private static FilterChain chain(String name, FilterChainMatch.Builder match, Filter filter) {
        return FilterChain.newBuilder()
                .setName(name)
                .setFilterChainMatch(match)
                .addFilters(filter)
                .build();
    }

    /// Relays bytes to a cluster.
    static Filter relay(String name, String cluster) {
        return Filter.newBuilder()
                .setName("envoy.filters.network.tcp_proxy")
                .setTypedConfig(Any.pack(TcpProxy.newBuilder()
                        .setStatPrefix(name)
                        .setCluster(cluster)
                        .build()))
                .build();
    }

    /// The inspector, disabled on every port but these.
    private static ListenerFilter inspector(List<Integer> ports) {
        return ListenerFilter.newBuilder()
                .setName("envoy.filters.listener.http_inspector")
                .setTypedConfig(Any.pack(HttpInspector.getDefaultInstance()))
                .setFilterDisabled(
                        ListenerFilterChainMatchPredicate.newBuilder().setNotMatch(anyOf(ports)))
                .build();
    }

    private static ListenerFilterChainMatchPredicate anyOf(List<Integer> ports) {
        var rules = ports.stream()
                .map(number -> ListenerFilterChainMatchPredicate.newBuilder()
                        .setDestinationPortRange(
                                Int32Range.newBuilder().setStart(number).setEnd(number + 1))
                        .build())
                .toList();
        if (rules.size() == 1) {
            return rules.getFirst(); // a set of fewer than two rules is not valid
        }
        return ListenerFilterChainMatchPredicate.newBuilder()
                .setOrMatch(
                        ListenerFilterChainMatchPredicate.MatchSet.newBuilder().addAllRules(rules))
                .build();
    }
}
