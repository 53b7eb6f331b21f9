package io.heddle.proxy.observe;

import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsSessions;
import io.heddle.traffic.runtime.TrustSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Timelines of requests in a small shop.
final class Timelines {
    static final PeerMetadata WEB = new PeerMetadata("web-1", "shop", "web", "v1", "local");
    static final PeerMetadata CATALOG = new PeerMetadata("catalog-v2-1", "shop", "catalog", "v2", "local");
    static final String WEB_ID = "spiffe://mesh.test/ns/shop/sa/web";
    static final String CATALOG_ID = "spiffe://mesh.test/ns/shop/sa/catalog";
    private static final Map<String, LabelValue> MUTUAL = Map.of("tlsMode", new LabelValue.Text("istio"));
    static final Endpoint ENDPOINT = new Endpoint("127.0.0.2", 15006, 1, Endpoint.Health.HEALTHY, 0, MUTUAL, CATALOG);
    static final Cluster CLUSTER = cluster("outbound|9080||catalog.shop");

    private Timelines() {}

    static Cluster cluster(String name) {
        return new Cluster(
                name,
                Cluster.Discovery.EDS,
                EndpointSet.EMPTY,
                Duration.ofSeconds(1),
                new BalancerPolicy.LeastRequest(2),
                BreakerLimits.DEFAULT,
                List.of(new Cluster.Transport(MUTUAL, Optional.of(tls()))),
                Cluster.Protocol.HTTP1,
                Http2Options.DEFAULT,
                ConnectionLimits.DEFAULT,
                new Cluster.ServiceTag("catalog.shop", "catalog", "shop"));
    }

    static RequestTimeline outbound(int status) {
        var timeline = new RequestTimeline();
        timeline.statPrefix = "outbound";
        timeline.listener = "virtualOutbound";
        timeline.startedAtMillis = 1_795_264_496_789L;
        timeline.headReceived = 1_000_000;
        timeline.requestComplete = 1_200_000;
        timeline.upstreamHeadSent = 1_500_000;
        timeline.responseHeadReceived = 3_500_000;
        timeline.finished = System.nanoTime();
        timeline.headReceived = timeline.finished - 3_200_000;
        timeline.bytesReceived = 5;
        timeline.bytesSent = 1500;
        timeline.status = status;
        timeline.attempts = 1;
        timeline.forwarded = true;
        timeline.details = "via_upstream";
        timeline.protocol = "HTTP/1.1";
        timeline.received(
                new TextHead("GET", "/books?id=1", "catalog.shop:9080", "User-Agent", "curl/8", "x-request-id", "r-1"),
                new Peer(address(1, 40000), address(1, 15001), false, Optional.empty(), Optional.empty()),
                new byte[0]);
        timeline.toCluster(CLUSTER);
        timeline.toHost(new Host(ENDPOINT, new HostState()));
        return timeline;
    }

    static RequestTimeline inbound(int status) {
        var timeline = outbound(status);
        timeline.statPrefix = "inbound";
        timeline.listener = "virtualInbound";
        timeline.protocol = "HTTP/1.1";
        timeline.received(
                new TextHead("GET", "/books", "catalog.shop:9080"),
                new Peer(
                        address(1, 40001),
                        address(2, 15006),
                        true,
                        Optional.of(WEB_ID),
                        Optional.of("outbound_.9080_._.catalog.shop")),
                new byte[0]);
        timeline.fromWorkload(WEB);
        return timeline;
    }

    private static InetSocketAddress address(int host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) host}), port);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static ClientTls tls() {
        return new ClientTls(
                new CertificateSource.Secret("default"),
                PeerVerification.of(
                        new TrustSource.Secret("ROOTCA"),
                        List.of(SubjectAltNameMatcher.of(
                                SubjectAltNameMatcher.Type.URI, new StringMatcher.Exact(CATALOG_ID, false)))),
                "",
                TlsParameters.DEFAULT,
                List.of(),
                TlsSessions.DEFAULT);
    }
}
