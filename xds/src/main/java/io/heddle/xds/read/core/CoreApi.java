package io.heddle.xds.read.core;

import java.util.List;

/// What is read of what messages of several kinds are made of.
public final class CoreApi {
    /// In the order of `docs/reference/envoy-api.md`.
    public static final List<ApiPart> PARTS = List.of(
            new ApiPart("gRPC services", GrpcServiceReader.FIELDS),
            new ApiPart("Dynamic metadata", MetadataReader.FIELDS),
            new ApiPart("Header changes", HeaderEditReader.FIELDS),
            new ApiPart("Formats of bodies and logs", BodyFormatReader.FIELDS),
            new ApiPart("Matchers", MatcherReader.FIELDS),
            new ApiPart("Replacements by pattern", ReplacementReader.FIELDS),
            new ApiPart("What of a request is hashed", HashPolicyReader.FIELDS),
            new ApiPart("Connections of clusters", ConnectionLimitsReader.FIELDS),
            new ApiPart("Which HTTP clusters speak", UpstreamProtocols.FIELDS),
            new ApiPart("HTTP/1.1", Http1Reader.FIELDS),
            new ApiPart("HTTP/2", HttpProtocols.FIELDS),
            new ApiPart("Small values", Values.FIELDS));

    private CoreApi() {}
}
