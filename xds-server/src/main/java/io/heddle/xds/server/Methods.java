package io.heddle.xds.server;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.heddle.xds.ca.IstioCertificateRequest;
import io.heddle.xds.ca.IstioCertificateResponse;

/// The gRPC methods that are served. They need no generated stubs, which would bring grpc-java to all
/// who read Envoy's API.
final class Methods {
    static final String ADS = "envoy.service.discovery.v3.AggregatedDiscoveryService";
    static final String CERTIFICATES = "istio.v1.auth.IstioCertificateService";
    static final String RATE_LIMITS = "envoy.service.ratelimit.v3.RateLimitService";

    static final MethodDescriptor<DeltaDiscoveryRequest, DeltaDiscoveryResponse> DELTA = method(
            ADS,
            "DeltaAggregatedResources",
            MethodDescriptor.MethodType.BIDI_STREAMING,
            DeltaDiscoveryRequest.getDefaultInstance(),
            DeltaDiscoveryResponse.getDefaultInstance());
    static final MethodDescriptor<DiscoveryRequest, DiscoveryResponse> STATE_OF_THE_WORLD = method(
            ADS,
            "StreamAggregatedResources",
            MethodDescriptor.MethodType.BIDI_STREAMING,
            DiscoveryRequest.getDefaultInstance(),
            DiscoveryResponse.getDefaultInstance());
    static final MethodDescriptor<IstioCertificateRequest, IstioCertificateResponse> CREATE_CERTIFICATE = method(
            CERTIFICATES,
            "CreateCertificate",
            MethodDescriptor.MethodType.UNARY,
            IstioCertificateRequest.getDefaultInstance(),
            IstioCertificateResponse.getDefaultInstance());

    static final MethodDescriptor<RateLimitRequest, RateLimitResponse> SHOULD_RATE_LIMIT = method(
            RATE_LIMITS,
            "ShouldRateLimit",
            MethodDescriptor.MethodType.UNARY,
            RateLimitRequest.getDefaultInstance(),
            RateLimitResponse.getDefaultInstance());

    private Methods() {}

    private static <Q extends Message, R extends Message> MethodDescriptor<Q, R> method(
            String service, String name, MethodDescriptor.MethodType type, Q request, R response) {
        return MethodDescriptor.newBuilder(ProtoUtils.marshaller(request), ProtoUtils.marshaller(response))
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
                .build();
    }
}
