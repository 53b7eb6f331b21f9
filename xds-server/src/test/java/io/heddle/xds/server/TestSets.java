package io.heddle.xds.server;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.heddle.xds.resource.ResourceSet;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Small resources, told apart by a mark.
final class TestSets {
    /// The mark that the test's client refuses.
    static final String BAD = "bad";

    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .build();

    private TestSets() {}

    /// A cluster with the mark `m2` secures its connections otherwise than one with another.
    static Cluster cluster(String name, String mark) {
        var socket = TransportSocket.newBuilder().setName(mark.equals("m2") ? "tls" : "none");
        return Cluster.newBuilder()
                .setTransportSocket(socket)
                .setName(name)
                .setAltStatName(mark)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                .build();
    }

    static ClusterLoadAssignment endpoints(String cluster, int overprovisioning) {
        return ClusterLoadAssignment.newBuilder()
                .setClusterName(cluster)
                .setPolicy(ClusterLoadAssignment.Policy.newBuilder()
                        .setOverprovisioningFactor(com.google.protobuf.UInt32Value.of(100 + overprovisioning)))
                .build();
    }

    static RouteConfiguration routes(String name, String mark) {
        return RouteConfiguration.newBuilder()
                .setName(name)
                .addVirtualHosts(VirtualHost.newBuilder().setName(mark).addDomains("*"))
                .build();
    }

    static Listener listener(String name, String routes) {
        var manager = HttpConnectionManager.newBuilder()
                .setRds(Rds.newBuilder().setRouteConfigName(routes).setConfigSource(ADS))
                .build();
        return Listener.newBuilder()
                .setName(name)
                .addFilterChains(
                        FilterChain.newBuilder().addFilters(Filter.newBuilder().setTypedConfig(Any.pack(manager))))
                .build();
    }

    static ResourceSet random(RandomGenerator random, boolean mayBeBad) {
        var messages = new ArrayList<Message>();
        for (var name : List.of("a", "b", "c", "d")) {
            if (random.nextBoolean()) {
                boolean bad = mayBeBad && random.nextInt(8) == 0;
                messages.add(cluster(name, bad ? BAD : "m" + random.nextInt(3)));
                messages.add(endpoints(name, random.nextInt(3)));
            }
        }
        for (var name : List.of("in", "out")) {
            if (random.nextInt(4) > 0) {
                var routes = "r" + random.nextInt(2);
                messages.add(listener(name, routes));
                messages.add(routes(routes, "v" + random.nextInt(3)));
            }
        }
        return ResourceSet.of(messages);
    }
}
