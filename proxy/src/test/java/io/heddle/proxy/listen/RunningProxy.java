package io.heddle.proxy.listen;

import static org.awaitility.Awaitility.await;

import io.heddle.model.problem.Problem;
import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.proxy.overload.Overload;
import io.heddle.proxy.tls.ClientHello;
import io.heddle.proxy.upstream.RouteBreakers;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.ProxyHealth;
import io.heddle.traffic.ratelimit.LimitBuckets;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.Controllers;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.route.VirtualHost;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A proxy in this process, from a configuration made by hand: one listener `in`, one cluster `app`. It has no
/// certificates, so chains with TLS close their connections.
final class RunningProxy implements AutoCloseable {
    /// What the observer saw, copied.
    record Seen(int status, String flag, String details, int attempts, long sent, long received) {}

    static final Duration DRAIN_TIME = Duration.ofSeconds(2);

    final EventLoops loops;
    final ActiveConfig config;
    final Upstreams upstreams;
    final RouteBreakers breakers = new RouteBreakers();
    final Listeners listeners;
    final Overload overload = new Overload();
    final List<Problem> problems;
    final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());

    RunningProxy(RuntimeConfig first) {
        this(first, Optional.empty(), 1, Long.MAX_VALUE);
    }

    /// With at most so many connections of clients.
    RunningProxy(RuntimeConfig first, long connections) {
        this(first, Optional.empty(), 1, connections);
    }

    /// With so many event loops.
    RunningProxy(RuntimeConfig first, RequestObserver observer, int concurrency) {
        this(first, Optional.of(observer), concurrency, Long.MAX_VALUE);
    }

    RunningProxy(RuntimeConfig first, RequestObserver observer) {
        this(first, Optional.of(observer), 1, Long.MAX_VALUE);
    }

    private RunningProxy(RuntimeConfig first, Optional<RequestObserver> observer, int concurrency, long connections) {
        loops = new EventLoops(concurrency);
        config = new ActiveConfig(first);
        upstreams = new Upstreams(loops, tls -> allocator -> Optional.empty(), first);
        config.follow(upstreams);
        config.follow(breakers);
        var services = new ProxyServices(
                config,
                upstreams,
                breakers,
                new OnDemand(OnDemand.MOST),
                observer.orElse(this::record),
                overload,
                new LimitBuckets(),
                new Controllers(_ -> {}, DRAIN_TIME),
                () -> ProxyHealth.WELL,
                new Http2Counters(),
                "",
                DRAIN_TIME);
        listeners = new Listeners(loops, services, _ -> new NoCertificate(), connections);
        config.follow(listeners);
        problems = config.swap(first);
    }

    private record NoCertificate() implements ServerTlsSource {
        @Override
        public boolean choosesByHello() {
            return false;
        }

        @Override
        public Optional<SslHandler> newHandler(ByteBufAllocator allocator, ClientHello hello) {
            return Optional.empty();
        }

        @Override
        public Optional<ClientCertificate> client(SslHandler handler) {
            return Optional.empty();
        }
    }

    private void record(RequestTimeline timeline) {
        seen.add(new Seen(
                timeline.status,
                timeline.flag.code(),
                timeline.details,
                timeline.attempts,
                timeline.bytesSent,
                timeline.bytesReceived));
    }

    /// What the observer saw of the request of this number, from 0; an answer may be read before it is observed.
    Seen seen(int number) {
        await().until(() -> seen.size() > number);
        return seen.get(number);
    }

    int port() {
        return Objects.requireNonNull(listeners.addresses().get("in")).getPort();
    }

    Socket connect() throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    @Override
    public void close() {
        listeners.abort();
        loops.close();
    }

    static RuntimeConfig config(int... ports) {
        return config(forward(RetryPolicy.NONE, Timeouts.DEFAULT), ports);
    }

    static RouteAction forward(RetryPolicy retry, Timeouts timeouts) {
        return forward("app", retry, timeouts);
    }

    static RouteAction forward(String cluster, RetryPolicy retry, Timeouts timeouts) {
        var target = new ClusterChoice.Target(cluster, Optional.empty(), List.of(), List.of(), Map.of());
        return new RouteAction.Forward(
                new ClusterChoice.One(target), Rewrite.NONE, timeouts, retry, List.of(), Upgrades.NONE);
    }

    static RuntimeConfig config(RouteAction action, int... ports) {
        return config(http(action), ports);
    }

    static NetworkFilter http(RouteAction action) {
        var route = new Route("all", RouteMatch.ANY, action, List.of(), List.of(), Map.of());
        var table = RouteTable.of("all", List.of(new VirtualHost("all", List.of("*"), List.of(route))));
        return new NetworkFilter.Http(
                "outbound",
                new NetworkFilter.RouteSource.Inline(table),
                new FilterChain(List.of()),
                NetworkFilter.ForwardClientCertificate.SANITIZE,
                NetworkFilter.PathRules.NONE,
                HeadOptions.DEFAULT,
                NetworkFilter.HttpLimits.DEFAULT,
                Upgrades.NONE,
                NetworkFilter.Codec.DEFAULT,
                List.of(),
                ReplyRules.NONE);
    }

    /// Forwards all requests, with these limits.
    static NetworkFilter limited(NetworkFilter.HttpLimits limits) {
        return limited(limits, forward(RetryPolicy.NONE, Timeouts.DEFAULT));
    }

    /// Does this with all requests, with these limits.
    static NetworkFilter limited(NetworkFilter.HttpLimits limits, RouteAction action) {
        var http = (NetworkFilter.Http) http(action);
        return new NetworkFilter.Http(
                http.statPrefix(),
                http.routes(),
                http.filters(),
                http.clientCertificate(),
                http.paths(),
                http.heads(),
                limits,
                http.upgrades(),
                http.codec(),
                http.accessLogs(),
                http.replies());
    }

    static RuntimeConfig config(NetworkFilter filter, int... ports) {
        var chain = new ListenerChain("", ListenerChain.Match.ANY, Optional.empty(), filter);
        var listener = Listener.of("in", "127.0.0.1", 0, List.of(chain));
        var endpoints = Arrays.stream(ports)
                .mapToObj(port ->
                        new Endpoint("127.0.0.1", port, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN))
                .toList();
        return new RuntimeConfig(
                Map.of("in", listener), Map.of(), Map.of("app", cluster("app", endpoints)), Map.of(), Map.of());
    }

    /// A cluster of these hosts, of HTTP/1.1 and without anything else.
    static Cluster cluster(String name, List<Endpoint> endpoints) {
        return new Cluster(
                name,
                Cluster.Discovery.STATIC,
                new EndpointSet(endpoints),
                Duration.ofSeconds(1),
                new BalancerPolicy.RoundRobin(),
                BreakerLimits.DEFAULT,
                List.of(),
                Cluster.Protocol.HTTP1,
                Http2Options.DEFAULT,
                ConnectionLimits.DEFAULT,
                Cluster.ServiceTag.UNKNOWN);
    }

    /// The same with another protocol to the cluster's hosts.
    static RuntimeConfig speaking(RuntimeConfig config, Cluster.Protocol protocol) {
        var app = Objects.requireNonNull(config.clusters().get("app"));
        var changed = new Cluster(
                "app",
                app.discovery(),
                app.endpoints(),
                app.connectTimeout(),
                app.balancer(),
                app.limits(),
                app.transports(),
                protocol,
                app.http2(),
                app.connections(),
                app.service());
        return new RuntimeConfig(config.listeners(), config.routes(), Map.of("app", changed), Map.of(), Map.of());
    }

    /// `config` with other limits for the cluster `app`.
    static RuntimeConfig limited(RuntimeConfig config, BreakerLimits limits, ConnectionLimits connections) {
        var app = Objects.requireNonNull(config.clusters().get("app"));
        var changed = new Cluster(
                app.name(),
                app.discovery(),
                app.endpoints(),
                app.connectTimeout(),
                app.balancer(),
                limits,
                app.transports(),
                app.protocol(),
                app.http2(),
                connections,
                app.service());
        return new RuntimeConfig(config.listeners(), Map.of(), Map.of("app", changed), Map.of(), Map.of());
    }

    /// `config` with other hosts for the cluster `app`, found in another way.
    static RuntimeConfig found(RuntimeConfig config, Cluster.Discovery discovery, List<Endpoint> endpoints) {
        var app = Objects.requireNonNull(config.clusters().get("app"));
        var changed = new Cluster(
                app.name(),
                discovery,
                new EndpointSet(endpoints),
                app.connectTimeout(),
                app.balancer(),
                app.limits(),
                app.transports(),
                app.protocol(),
                app.http2(),
                app.connections(),
                app.service());
        return new RuntimeConfig(config.listeners(), Map.of(), Map.of("app", changed), Map.of(), Map.of());
    }
}
