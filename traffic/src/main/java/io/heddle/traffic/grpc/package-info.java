/// What becomes of gRPC calls, by cluster and method.
///
/// What lives here: the names of methods and what is counted for each. What must not: who counts, which is a filter
/// or the proxy's own client, and how figures are shown. Start reading at [io.heddle.traffic.grpc.GrpcMethods].
@NullMarked
package io.heddle.traffic.grpc;

import org.jspecify.annotations.NullMarked;
