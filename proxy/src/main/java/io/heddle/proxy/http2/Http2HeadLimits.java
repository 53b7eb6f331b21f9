package io.heddle.proxy.http2;

import io.heddle.traffic.runtime.Http2Options;

/// What a connection lets pass.
///
/// @param options windows, streams, tables
/// @param maxBytes the largest list of fields, as RFC 9113, section 6.5.2, counts it
/// @param maxLines the most header lines
public record Http2HeadLimits(Http2Options options, int maxBytes, int maxLines) {}
