package io.heddle.xds.read;

import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import java.util.List;

/// Which HTTP is spoken. HTTP/1.1 is; a listener or cluster that wants another one is refused, as requests
/// would otherwise go out in a protocol that nobody asked for.
///
/// The ADS server's cluster is no matter of this: gRPC brings its own HTTP/2.
final class HttpProtocols {
    static final String HTTP1 = "http/1.1";
    static final String HTTP2 = "h2";

    private HttpProtocols() {}

    static void check(Cluster cluster, Scope scope) {
        if (cluster.protocol() == Cluster.Protocol.HTTP2) {
            scope.error(
                    "HTTP/2 upstream is not supported yet",
                    "remove http2_protocol_options, or write explicit_http_config: {http_protocol_options: {}}");
        }
        cluster.transports().forEach(transport -> transport.tls().ifPresent(tls -> check(tls, scope)));
    }

    private static void check(ClientTls tls, Scope scope) {
        if (tls.applicationProtocols().contains(HTTP2)) {
            scope.at("transport_socket.typed_config.common_tls_context.alpn_protocols")
                    .error("offers h2 alone, which is not supported upstream yet", "offer http/1.1");
        }
    }

    /// What of `offered` can be spoken. `h2` beside `http/1.1` is left out with a warning; alone, it stays for the
    /// caller to judge.
    static List<String> spoken(List<String> offered, Scope scope) {
        if (!offered.contains(HTTP2) || !offered.contains(HTTP1)) {
            return offered;
        }
        scope.warning("h2 is not supported yet and is not offered; http/1.1 is", "remove h2");
        return offered.stream().filter(name -> !name.equals(HTTP2)).toList();
    }
}
