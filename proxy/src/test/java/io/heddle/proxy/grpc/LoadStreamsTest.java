package io.heddle.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.model.problem.Checked;
import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Hosts that tell by themselves how busy they are: grpc-java's servers.
class LoadStreamsTest {

    private final List<Server> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(Server::shutdownNow);
    }

    /// Requests per second, then utilization of the processors, of a report.
    private static byte[] report(double requests, double cpu) {
        var buffer = java.nio.ByteBuffer.allocate(18).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        return buffer.put((byte) 0x09)
                .putDouble(cpu)
                .put((byte) 0x31)
                .putDouble(requests)
                .array();
    }

    private interface Answering {
        void answer(byte[] request, StreamObserver<byte[]> answers);
    }

    private Server server(Answering answering) throws IOException {
        var method = Octets.method(
                "xds.service.orca.v3.OpenRcaService/StreamCoreMetrics", MethodDescriptor.MethodType.SERVER_STREAMING);
        var service = ServerServiceDefinition.builder("xds.service.orca.v3.OpenRcaService")
                .addMethod(method, ServerCalls.asyncServerStreamingCall(answering::answer))
                .build();
        var server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .build()
                .start();
        servers.add(server);
        return server;
    }

    private static RuntimeConfig config(List<Server> hosts, String policy) {
        var endpoints = new StringBuilder();
        for (var server : hosts) {
            endpoints.append("{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } } },"
                    .formatted(server.getPort()));
        }
        var read = BootstrapReader.read("""
                { static_resources: { clusters: [ { name: app, type: STATIC,
                    typed_extension_protocol_options: { envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {
                      "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions,
                      explicit_http_config: { http2_protocol_options: {} } } },
                    load_balancing_policy: { policies: [ { typed_extension_config: { name: p, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.%s } } } ] },
                    load_assignment: { cluster_name: app, endpoints: [ { lb_endpoints: [ %s ] } ] } } ] } }
                """.formatted(policy, endpoints));
        assertThat(read.problems()).isEmpty();
        return ((Checked.Ok<Bootstrap>) read).value().fixed();
    }

    private static String weighted(String period) {
        return "client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin, enable_oob_load_report: true,"
                + " blackout_period: 0s, weight_update_period: 0.1s, oob_reporting_period: " + period;
    }

    private static Upstreams upstreams(EventLoops loops, RuntimeConfig config, ActiveConfig active) {
        var upstreams = new Upstreams(
                loops,
                tls -> {
                    throw new IllegalArgumentException("no TLS here");
                },
                config);
        active.follow(upstreams);
        LoadStreams.follow(upstreams, loops.workers());
        return upstreams;
    }

    private static Map<Integer, Integer> shares(UpstreamCluster cluster) {
        var random = new SplittableRandom(1);
        var request = new PickRequest() {
            @Override
            public long chance() {
                return random.nextLong();
            }

            @Override
            public long now() {
                return System.nanoTime();
            }

            @Override
            public boolean tried(Host host) {
                return false;
            }
        };
        var shares = new HashMap<Integer, Integer>();
        for (int i = 0; i < 400; i++) {
            shares.merge(cluster.pick(request).orElseThrow().endpoint().port(), 1, Integer::sum);
        }
        return shares;
    }

    @Test
    void hosts_are_asked_for_their_load_and_get_requests_by_it() throws Exception {
        var asked = new ArrayList<byte[]>();
        var first = server((request, answers) -> {
            synchronized (asked) {
                asked.add(request);
            }
            answers.onNext(report(300, 0.5));
        });
        var second = server((_, answers) -> answers.onNext(report(100, 0.5)));
        var config = config(servers, weighted("2.5s"));
        try (var loops = new EventLoops(2)) {
            var active = new ActiveConfig(config);
            var upstreams = upstreams(loops, config, active);
            var cluster = upstreams.cluster("app").orElseThrow();
            await().untilAsserted(() -> {
                var shares = shares(cluster);
                assertThat(shares.get(first.getPort())).isBetween(298, 302);
                assertThat(shares.get(second.getPort())).isBetween(98, 102);
            });
            assertThat(cluster.breaker().active(Resource.REQUESTS))
                    .as("no requests of anybody")
                    .isZero();
            synchronized (asked) {
                // report_interval of 2 s and 500,000,000 ns
                assertThat(asked).hasSize(1).first().isEqualTo(new byte[] {
                    10, 8, 8, 2, 16, (byte) 0x80, (byte) 0xca, (byte) 0xb5, (byte) 0xee, 1
                });
            }
        }
    }

    @Test
    void a_stream_that_breaks_is_opened_again_and_one_that_is_not_wanted_ends() throws Exception {
        var streams = new AtomicInteger();
        var ended = new AtomicInteger();
        server((_, answers) -> {
            if (streams.incrementAndGet() == 1) {
                answers.onError(Status.UNAVAILABLE.asRuntimeException());
                return;
            }
            ((io.grpc.stub.ServerCallStreamObserver<byte[]>) answers).setOnCancelHandler(ended::incrementAndGet);
            answers.onNext(report(100, 0.5));
        });
        var config = config(servers, weighted("1s"));
        try (var loops = new EventLoops(1)) {
            var active = new ActiveConfig(config);
            upstreams(loops, config, active);
            await().until(() -> streams.get() == 2);
            active.swap(config(servers, "round_robin.v3.RoundRobin"));
            await().until(() -> ended.get() == 1);
        }
    }

    @Test
    void a_host_that_does_not_know_the_service_is_not_asked_again() throws Exception {
        var unknown = new AtomicInteger();
        var broken = new AtomicInteger();
        server((_, answers) -> {
            unknown.incrementAndGet();
            answers.onError(Status.UNIMPLEMENTED.asRuntimeException());
        });
        server((_, answers) -> {
            broken.incrementAndGet();
            answers.onError(Status.UNAVAILABLE.asRuntimeException());
        });
        var config = config(servers, weighted("1s"));
        try (var loops = new EventLoops(1)) {
            upstreams(loops, config, new ActiveConfig(config));
            await().until(() -> broken.get() == 3);
            assertThat(unknown).hasValue(1);
        }
    }
}
