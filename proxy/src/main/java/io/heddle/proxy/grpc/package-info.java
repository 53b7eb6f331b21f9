/// A small gRPC client over the proxy's own upstream clusters: bytes in, bytes out.
///
/// What lives here: [io.heddle.proxy.grpc.GrpcClient] and the calls it opens, unary and streaming, after "gRPC
/// over HTTP/2" (the protocol specification of gRPC). What must not: protobuf, and what any service means: a
/// message is an array of bytes, whoever calls knows its type. Start reading at [io.heddle.proxy.grpc.GrpcCall].
@NullMarked
package io.heddle.proxy.grpc;

import org.jspecify.annotations.NullMarked;
