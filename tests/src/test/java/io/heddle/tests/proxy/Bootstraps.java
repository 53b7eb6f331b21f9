package io.heddle.tests.proxy;

/// Envoy v3 bootstraps of one listener and one cluster, on ports that the kernel chooses.
final class Bootstraps {
    private Bootstraps() {}

    /// A hop called `name` to `port` of this machine.
    static String hop(String name, int port) {
        return bootstrap(name, "", port, "");
    }

    /// A hop that ends TLS with the server's certificate in `folder`.
    static String tls(String name, java.nio.file.Path folder, int port) {
        return bootstrap(name, downstreamTls(folder, false), port, "");
    }

    /// The outbound half of a pair: HTTP/2 over mutual TLS to `port`.
    static String outbound(String name, java.nio.file.Path folder, int port) {
        return bootstrap(name, "", port, """
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: { http2_protocol_options: { allow_connect: true } }
                    transport_socket:
                      name: envoy.transport_sockets.tls
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                        sni: server
                        common_tls_context:
                          tls_certificates: [ { certificate_chain: { filename: "@F@/client.pem" }, private_key: { filename: "@F@/client.key" } } ]
                          validation_context:
                            trusted_ca: { filename: "@F@/ca.pem" }
                            match_typed_subject_alt_names: [ { san_type: DNS, matcher: { exact: localhost } } ]
                          alpn_protocols: [ h2 ]
                """.replace("@F@", folder.toString()));
    }

    /// The inbound half of a pair, which requires a client certificate.
    static String inbound(String name, java.nio.file.Path folder, int port) {
        return bootstrap(name, downstreamTls(folder, true), port, "");
    }

    private static String downstreamTls(java.nio.file.Path folder, boolean client) {
        return """
                    - transport_socket:
                        name: envoy.transport_sockets.tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                          require_client_certificate: @CLIENT@
                          common_tls_context:
                            tls_certificates: [ { certificate_chain: { filename: "@F@/server.pem" }, private_key: { filename: "@F@/server.key" } } ]
                            validation_context: { trusted_ca: { filename: "@F@/ca.pem" } }
                            alpn_protocols: [ h2, http/1.1 ]
                      filters:
                """.replace("@F@", folder.toString()).replace("@CLIENT@", String.valueOf(client));
    }

    private static String bootstrap(String name, String chain, int port, String transport) {
        return """
                node: { id: @NAME@, cluster: test }
                admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
                static_resources:
                  listeners:
                  - name: @NAME@
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    filter_chains:
                @CHAIN@
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: @NAME@
                          codec_type: AUTO
                          upgrade_configs: [ { upgrade_type: websocket } ]
                          http2_protocol_options: { allow_connect: true }
                          route_config:
                            name: @NAME@
                            virtual_hosts:
                            - name: app
                              domains: ["*"]
                              routes: [ { match: { prefix: "/" }, route: { cluster: app, timeout: 60s } } ]
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
                  clusters:
                  - name: app
                    type: STATIC
                    connect_timeout: 1s
                    load_assignment:
                      cluster_name: app
                      endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: @PORT@ } } } } ] } ]
                @TRANSPORT@
                """.replace("@CHAIN@", (chain.isEmpty() ? "    - filters:\n" : chain).stripTrailing())
                .replace("@TRANSPORT@", transport.stripTrailing())
                .replace("@NAME@", name)
                .replace("@PORT@", String.valueOf(port));
    }
}
