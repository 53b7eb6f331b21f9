package io.heddle.proxy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.compression.gzip.decompressor.v3.Gzip;
import io.envoyproxy.envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency;
import io.envoyproxy.envoy.extensions.filters.http.decompressor.v3.Decompressor;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.OnDemand;
import io.envoyproxy.envoy.extensions.filters.http.on_demand.v3.PerRouteConfig;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// An ADS server of the delta variant that says what a test says, word by word.
final class ScriptedAds implements AutoCloseable {
    private static final MethodDescriptor<DeltaDiscoveryRequest, DeltaDiscoveryResponse> DELTA =
            MethodDescriptor.<DeltaDiscoveryRequest, DeltaDiscoveryResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName("envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources")
                    .setRequestMarshaller(ProtoUtils.marshaller(DeltaDiscoveryRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(DeltaDiscoveryResponse.getDefaultInstance()))
                    .build();
    private static final JsonFormat.Parser JSON = JsonFormat.parser()
            .usingTypeRegistry(TypeRegistry.newBuilder()
                    .add(HttpConnectionManager.getDescriptor())
                    .add(Router.getDescriptor())
                    .add(OnDemand.getDescriptor())
                    .add(PerRouteConfig.getDescriptor())
                    .add(ClusterConfig.getDescriptor())
                    .add(Decompressor.getDescriptor())
                    .add(Gzip.getDescriptor())
                    .add(AdaptiveConcurrency.getDescriptor())
                    .add(HTTPFault.getDescriptor())
                    .add(UpstreamTlsContext.getDescriptor())
                    .add(FileAccessLog.getDescriptor())
                    .add(CaresDnsResolverConfig.getDescriptor())
                    .add(DownstreamTlsContext.getDescriptor())
                    .build());

    private final BlockingQueue<DeltaDiscoveryRequest> heard = new LinkedBlockingQueue<>();
    private final List<DeltaDiscoveryRequest> passed = new ArrayList<>();
    private volatile CompletableFuture<StreamObserver<DeltaDiscoveryResponse>> stream = new CompletableFuture<>();
    private final AtomicInteger streams = new AtomicInteger();
    private final Server server;
    private final int port;
    private int sent;

    private ScriptedAds() throws IOException {
        var service = ServerServiceDefinition.builder("envoy.service.discovery.v3.AggregatedDiscoveryService")
                .addMethod(DELTA, ServerCalls.asyncBidiStreamingCall(this::opened))
                .build();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .build()
                .start();
        port = server.getPort();
    }

    static ScriptedAds start() throws IOException {
        return new ScriptedAds();
    }

    private StreamObserver<DeltaDiscoveryRequest> opened(StreamObserver<DeltaDiscoveryResponse> responses) {
        if (!stream.complete(responses)) {
            stream = CompletableFuture.completedFuture(responses); // the proxy has begun anew
        }
        streams.incrementAndGet();
        return new StreamObserver<>() {
            @Override
            public void onNext(DeltaDiscoveryRequest request) {
                heard.add(request);
            }

            @Override
            public void onError(Throwable reason) {
                // The proxy has ended.
            }

            @Override
            public void onCompleted() {
                responses.onCompleted();
            }
        };
    }

    /// How many streams the proxy has opened; what is sent goes to the last.
    int streams() {
        return streams.get();
    }

    /// Its port, which stays the answer when it has ended.
    int port() {
        return port;
    }

    /// A bootstrap of a proxy that asks this server for everything, by delta; more of it may be added.
    String bootstrap() {
        return bootstrap(port());
    }

    /// The same of whatever listens on a port of this machine.
    static String bootstrap(int port) {
        return """
                node: {id: test, cluster: test}
                dynamic_resources:
                  ads_config:
                    api_type: DELTA_GRPC
                    transport_api_version: V3
                    grpc_services: [{envoy_grpc: {cluster_name: control}}]
                  cds_config: {ads: {}, resource_api_version: V3}
                  lds_config: {ads: {}, resource_api_version: V3}
                static_resources:
                  clusters:
                  - name: control
                    type: STATIC
                    http2_protocol_options: {}
                    load_assignment:
                      cluster_name: control
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """.formatted(port);
    }

    /// Sends resources under the names that they carry; returns the nonce.
    String send(Message... messages) throws Exception {
        var type = NamedResource.of(messages[0]).body().getTypeUrl();
        var response = DeltaDiscoveryResponse.newBuilder().setTypeUrl(type);
        for (var message : messages) {
            var resource = NamedResource.of(message);
            response.addResources(Resource.newBuilder()
                    .setName(resource.name())
                    .setVersion(resource.version())
                    .setResource(resource.body()));
        }
        return send(response);
    }

    /// Says that there are no such resources (any more).
    String remove(ResourceType type, String... names) throws Exception {
        return send(
                DeltaDiscoveryResponse.newBuilder().setTypeUrl(type.typeUrl()).addAllRemovedResources(List.of(names)));
    }

    /// Sends a response under a nonce of its own, which is returned.
    String send(DeltaDiscoveryResponse.Builder response) throws Exception {
        sent++;
        var nonce = Integer.toString(sent);
        stream.get(20, TimeUnit.SECONDS).onNext(response.setNonce(nonce).build());
        return nonce;
    }

    /// The answer to a response.
    DeltaDiscoveryRequest answer(String nonce) throws InterruptedException {
        return await(request -> request.getResponseNonce().equals(nonce));
    }

    /// The request that subscribes to this name.
    DeltaDiscoveryRequest subscription(ResourceType type, String name) throws InterruptedException {
        return await(request -> request.getTypeUrl().equals(type.typeUrl())
                && request.getResourceNamesSubscribeList().contains(name));
    }

    /// The first request of this kind that was not returned yet.
    DeltaDiscoveryRequest await(Predicate<DeltaDiscoveryRequest> wanted) throws InterruptedException {
        for (var known : passed) {
            if (wanted.test(known)) {
                passed.remove(known);
                return known;
            }
        }
        while (true) {
            var next = heard.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("the proxy does not say it; it said " + passed);
            }
            if (wanted.test(next)) {
                return next;
            }
            passed.add(next);
        }
    }

    /// How often a name was subscribed to so far.
    long subscriptions(ResourceType type, String name) {
        heard.drainTo(passed);
        return passed.stream()
                .filter(request -> request.getTypeUrl().equals(type.typeUrl())
                        && request.getResourceNamesSubscribeList().contains(name))
                .count();
    }

    /// The types that the proxy has spoken of so far.
    Set<String> types() {
        heard.drainTo(passed);
        return passed.stream().map(DeltaDiscoveryRequest::getTypeUrl).collect(Collectors.toSet());
    }

    /// The message that a text in JSON (with single quotes, if you like) is.
    static <B extends Message.Builder> B read(String json, B builder) throws InvalidProtocolBufferException {
        JSON.merge(json.replace('\'', '"'), builder);
        return builder;
    }

    /// A resource under a name that is not in it.
    static Resource named(String name, Message message, String... aliases) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion("1")
                .addAllAliases(List.of(aliases))
                .setResource(Any.pack(message))
                .build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
