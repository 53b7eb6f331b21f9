package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.rbac.RbacFilter;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.ConnectionOpening.FirstFamily;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import io.heddle.traffic.runtime.TlsVersions;
import io.heddle.traffic.runtime.TrustSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapReaderTest {
    static String resource(String name) {
        try (var in = BootstrapReaderTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Bootstrap good(String text) {
        var read = BootstrapReader.read(text);
        assertThat(read.problems()).isEmpty();
        return ((Checked.Ok<Bootstrap>) read).value();
    }

    private static ListenerChain chain(RuntimeConfig config, String listener) {
        return Objects.requireNonNull(config.listeners().get(listener)).chains().getFirst();
    }

    @Test
    void reads_a_plain_hop() {
        var bootstrap = good(resource("single.yaml"));
        assertThat(bootstrap.node().id()).isEqualTo("bench-single");
        assertThat(bootstrap.admin()).contains(new Bootstrap.Admin("127.0.0.1", 19901));
        assertThat(bootstrap.ads()).isEmpty();
        var http = (NetworkFilter.Http) chain(bootstrap.fixed(), "single").filter();
        assertThat(http.statPrefix()).isEqualTo("single");
        assertThat(http.filters().filters()).isEmpty();
        var table = ((NetworkFilter.RouteSource.Inline) http.routes()).table();
        var forward = (RouteAction.Forward)
                table.virtualHosts().getFirst().routes().getFirst().action();
        assertThat(forward.timeouts().request()).isEqualTo(Duration.ofSeconds(15));
        var app = Objects.requireNonNull(bootstrap.fixed().clusters().get("app"));
        assertThat(app.connectTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(app.endpoints().endpoints().getFirst().key()).isEqualTo("127.0.0.1:19003");
    }

    @Test
    void gives_listeners_without_names_some_that_are_the_same_at_every_start() {
        var listener = """
                - address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                  filter_chains: [{filters: [{name: relay, typed_config: {
                    "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy,
                    stat_prefix: relay, cluster: app}}]}]
                """;
        var text = "static_resources:\n  clusters: [{name: app, type: STATIC}]\n  listeners:\n"
                + listener.indent(2).repeat(2);
        var names = good(text).fixed().listeners().keySet();
        assertThat(names)
                .hasSize(2)
                .allMatch(name -> UUID.fromString(name).toString().equals(name));
        assertThat(good(text).fixed().listeners().keySet()).isEqualTo(names);
        assertThat(BootstrapReader.read(text.replace("127.0.0.1", "a.name")).problems())
                .extracting(Problem::object)
                .contains("Listener static_resources.listeners[1]");
    }

    @Test
    void reads_a_relay() {
        var bootstrap = good(resource("tcp.yaml"));
        assertThat(chain(bootstrap.fixed(), "tcp").filter())
                .isEqualTo(new NetworkFilter.Tcp("tcp", "app", Duration.ofHours(1)));
    }

    @Test
    void a_cluster_of_original_destinations_needs_what_envoy_demands() {
        var cluster = Objects.requireNonNull(
                good("static_resources: {clusters: [{name: any, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED}]}")
                        .fixed()
                        .clusters()
                        .get("any"));
        assertThat(cluster.discovery()).isEqualTo(Cluster.Discovery.ORIGINAL_DST);
        assertThat(cluster.endpoints().endpoints()).isEmpty();
        assertThat(BootstrapReader.read("static_resources: {clusters: [{name: any, type: ORIGINAL_DST,"
                                + " original_dst_lb_config: {http_header_name: x}, load_assignment: {cluster_name:"
                                + " any}}, {name: none, type: STATIC, lb_policy: CLUSTER_PROVIDED}]}")
                        .problems())
                .filteredOn(Problem::isError)
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "lb_policy", "load_assignment", "original_dst_lb_config.http_header_name", "lb_policy");
    }

    @Test
    void reads_how_long_connections_are_used() {
        var text = resource("outbound.yaml")
                .replace("@UPSTREAM_PROTOCOL@", "http_protocol_options")
                .replace("@ALPN@", "http/1.1")
                .replace("@CERTS@", "/certs")
                .replaceAll(
                        "(?m)^( +)explicit_http_config:",
                        "$1common_http_protocol_options: {idle_timeout: 7s, max_requests_per_connection: 5,"
                                + " max_connection_duration: 60s}\n$1explicit_http_config:");
        var cluster = Objects.requireNonNull(good(text).fixed().clusters().get("reviews"));
        assertThat(cluster.connections())
                .isEqualTo(new ConnectionLimits(Duration.ofSeconds(7), 5, Duration.ofSeconds(60)));
    }

    @Test
    void reads_in_which_order_the_addresses_of_a_host_are_tried() {
        var cluster = """
                {name: a, type: STATIC, %s load_assignment: {cluster_name: a, endpoints: [{lb_endpoints: [{endpoint: {
                  address: {socket_address: {address: 10.0.0.1, port_value: 1}},
                  additional_addresses: [{address: {socket_address: {address: "%s", port_value: 2}}}]}}]}]}}""";
        var order = "upstream_connection_options: {happy_eyeballs_config: {first_address_family_version: V6,"
                + " first_address_family_count: 2}},";
        var read = Objects.requireNonNull(
                good("static_resources: {clusters: [" + cluster.formatted(order, "fd00::1") + "]}")
                        .fixed()
                        .clusters()
                        .get("a"));
        assertThat(read.opening().order()).isEqualTo(new AddressOrder(FirstFamily.IPV6, 2));
        assertThat(read.endpoints().endpoints().getFirst().additional())
                .containsExactly(new Endpoint.Address("fd00::1", 2));
        var usual =
                Objects.requireNonNull(good("static_resources: {clusters: [" + cluster.formatted("", "fd00::1") + "]}")
                        .fixed()
                        .clusters()
                        .get("a"));
        assertThat(usual.opening().order()).isEqualTo(AddressOrder.DEFAULT);
        var wrong = cluster.formatted(order.replace("count: 2", "count: 0"), "app.example");
        assertThat(BootstrapReader.read("static_resources: {clusters: [" + wrong + "]}")
                        .problems())
                .filteredOn(Problem::isError)
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "upstream_connection_options.happy_eyeballs_config.first_address_family_count",
                        "load_assignment.endpoints[0].lb_endpoints[0].endpoint.additional_addresses[0].address");
    }

    @Test
    void reads_which_upgrades_are_carried_and_how_long_requests_may_last() {
        var text = resource("single.yaml")
                .replaceAll(
                        "(?m)^( +)stat_prefix: single",
                        "$1stat_prefix: single\n$1upgrade_configs: [{upgrade_type: WebSocket}]\n"
                                + "$1request_timeout: 9s\n$1stream_idle_timeout: 0s\n$1common_http_protocol_options:"
                                + " {max_stream_duration: 8s, max_connection_duration: 7s, max_requests_per_connection: 6}");
        var http = (NetworkFilter.Http) chain(good(text).fixed(), "single").filter();
        assertThat(http.upgrades()).isEqualTo(new Upgrades(Map.of("websocket", true), false));
        assertThat(http.limits().request()).isEqualTo(Duration.ofSeconds(9));
        assertThat(http.limits().stream()).isEqualTo(Duration.ofSeconds(8));
        assertThat(http.limits().streamIdle()).isEqualTo(Duration.ZERO);
        assertThat(http.limits().connections())
                .isEqualTo(new ConnectionLimits(Duration.ofHours(1), 6, Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @CsvSource({
        "explicit_http_config, http2_protocol_options, h2, HTTP2, h2",
        "explicit_http_config, http2_protocol_options, '', HTTP2, h2",
        "explicit_http_config, http_protocol_options, 'h2, http/1.1', HTTP1, http/1.1",
        "auto_config, http2_protocol_options, http/1.1, AUTO, 'h2, http/1.1'",
        "auto_config, http2_protocol_options, '', AUTO, 'h2, http/1.1'",
        "use_downstream_protocol_config, http2_protocol_options, 'h2, http/1.1', DOWNSTREAM, 'h2, http/1.1'",
    })
    void reads_what_is_spoken_upstream(
            String kind, String options, String offered, Cluster.Protocol protocol, String names) {
        var bootstrap = good(resource("outbound.yaml")
                .replace("explicit_http_config", kind)
                .replace("@UPSTREAM_PROTOCOL@", options)
                .replace("\"@ALPN@\"", offered)
                .replace("@CERTS@", "/certs"));
        var cluster = Objects.requireNonNull(bootstrap.fixed().clusters().get("reviews"));
        assertThat(cluster.protocol()).isEqualTo(protocol);
        assertThat(cluster.http2()).isEqualTo(Http2Options.DEFAULT);
        var tls = cluster.transports().getLast().tls().orElseThrow();
        assertThat(String.join(", ", tls.applicationProtocols())).isEqualTo(names);
    }

    @Test
    void refuses_hosts_that_are_offered_only_what_is_not_spoken() {
        var text = resource("outbound.yaml")
                .replace("@UPSTREAM_PROTOCOL@", "http_protocol_options")
                .replace("@ALPN@", "h2");
        assertThat(BootstrapReader.read(text).problems())
                .filteredOn(Problem::isError)
                .singleElement()
                .satisfies(problem -> assertThat(problem.path()).endsWith("alpn_protocols"));
    }

    @Test
    void reads_a_listeners_codec_and_how_http2_is_spoken() {
        var text = resource("outbound.yaml")
                .replace("@UPSTREAM_PROTOCOL@", "http_protocol_options")
                .replace("@ALPN@", "http/1.1")
                .replace(
                        "codec_type: AUTO",
                        "codec_type: HTTP2\n          http2_protocol_options: {hpack_table_size: 1024,"
                                + " max_concurrent_streams: 7, initial_stream_window_size: 70000,"
                                + " initial_connection_window_size: 80000, allow_connect: true,"
                                + " connection_keepalive: {interval: 30s, timeout: 5s, interval_jitter: {value: 5},"
                                + " connection_idle_interval: 9s}}");
        var http = (NetworkFilter.Http) chain(good(text).fixed(), "outbound").filter();
        assertThat(http.codec())
                .isEqualTo(new NetworkFilter.Codec(
                        NetworkFilter.Codec.Kind.HTTP2,
                        new Http2Options(
                                1024,
                                7,
                                70_000,
                                80_000,
                                true,
                                new Http2Options.KeepAlive(
                                        Duration.ofSeconds(30), 0.05, Duration.ofSeconds(5), Duration.ofSeconds(9)))));
    }

    @Test
    void refuses_windows_that_no_peer_would_keep_to() {
        var text = resource("outbound.yaml")
                .replace("@UPSTREAM_PROTOCOL@", "http_protocol_options")
                .replace("@ALPN@", "http/1.1")
                .replace(
                        "codec_type: AUTO",
                        "http2_protocol_options: {initial_stream_window_size: 1000, max_concurrent_streams: 0,"
                                + " connection_keepalive: {interval: 1s, interval_jitter: {value: 101}}}");
        assertThat(BootstrapReader.read(text).problems())
                .filteredOn(Problem::isError)
                .extracting(Problem::path)
                .satisfiesExactlyInAnyOrder(
                        path -> assertThat(path).endsWith("initial_stream_window_size"),
                        path -> assertThat(path).endsWith("max_concurrent_streams"),
                        path -> assertThat(path).endsWith("connection_keepalive.interval_jitter"),
                        path -> assertThat(path).endsWith("connection_keepalive.timeout"));
    }

    @Test
    void offers_only_what_the_codec_speaks() {
        var text = resource("inbound.yaml").replace("@CERTS@", "/certs");
        var both = chain(good(text).fixed(), "inbound").tls().orElseThrow();
        assertThat(both.applicationProtocols()).containsExactly("h2", "http/1.1");
        var read = BootstrapReader.read(text.replace("codec_type: AUTO", "codec_type: HTTP1"));
        assertThat(read.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.reason()).contains("h2 is not spoken"));
        var one = chain(((Checked.Ok<Bootstrap>) read).value().fixed(), "inbound");
        assertThat(one.tls().orElseThrow().applicationProtocols()).containsExactly("http/1.1");
    }

    @Test
    void keeps_the_type_of_a_subject_alternative_name_and_refuses_what_it_cannot_look_at() {
        var text = resource("outbound.yaml")
                .replace("@UPSTREAM_PROTOCOL@", "http_protocol_options")
                .replace("@ALPN@", "http/1.1")
                .replace("@CERTS@", "/certs");
        var cluster = Objects.requireNonNull(good(text).fixed().clusters().get("reviews"));
        assertThat(cluster.transports()
                        .getLast()
                        .tls()
                        .orElseThrow()
                        .verification()
                        .subjectAltNames())
                .singleElement()
                .satisfies(name -> assertThat(name.types()).containsExactly(SubjectAltNameMatcher.Type.URI));
        for (var type : List.of("OTHER_NAME", "SAN_TYPE_UNSPECIFIED")) {
            var read = BootstrapReader.read(text.replace("san_type: URI", "san_type: " + type));
            assertThat(read).isInstanceOf(Checked.Rejected.class);
            assertThat(read.problems())
                    .anySatisfy(problem ->
                            assertThat(problem.path()).endsWith("match_typed_subject_alt_names[0].san_type"));
        }
    }

    @Test
    void reads_the_outbound_half_of_a_pair() {
        var bootstrap = good(resource("outbound.yaml")
                .replace("@UPSTREAM_PROTOCOL@", "http_protocol_options")
                .replace("@ALPN@", "http/1.1")
                .replace("@CERTS@", "/certs"));
        var cluster = Objects.requireNonNull(bootstrap.fixed().clusters().get("reviews"));
        assertThat(cluster.protocol()).isEqualTo(Cluster.Protocol.HTTP1);
        var tls = cluster.transports().getLast().tls().orElseThrow();
        assertThat(tls.certificate()).isEqualTo(new CertificateSource.Files("/certs/client.pem", "/certs/client.key"));
        assertThat(tls.verification().trust()).isEqualTo(new TrustSource.File("/certs/ca.pem"));
        assertThat(tls.serverName()).isEqualTo("reviews.default.svc.cluster.local");
        assertThat(tls.parameters().versions().minimum()).isEqualTo(TlsVersions.Version.TLS_1_3);
        assertThat(tls.applicationProtocols()).containsExactly("http/1.1");
        assertThat(tls.verification().subjectAltNames())
                .singleElement()
                .satisfies(name -> assertThat(name.matcher().matches("spiffe://cluster.local/ns/default/sa/reviews"))
                        .isTrue());
        var http = (NetworkFilter.Http) chain(bootstrap.fixed(), "outbound").filter();
        var routes = ((NetworkFilter.RouteSource.Inline) http.routes())
                .table()
                .virtualHosts()
                .getFirst()
                .routes();
        assertThat(routes.get(0).action()).isEqualTo(new RouteAction.DirectResponse(200, "ok"));
        var retry = ((RouteAction.Forward) routes.get(2).action()).retry();
        assertThat(retry.retries()).isEqualTo(2);
        assertThat(retry.conditions())
                .containsExactlyInAnyOrder(Condition.CONNECT_FAILURE, Condition.REFUSED_STREAM, Condition.UNAVAILABLE);
    }

    @Test
    void reads_the_inbound_half_of_a_pair() {
        var bootstrap = good(resource("inbound.yaml").replace("@CERTS@", "/certs"));
        var chain = chain(bootstrap.fixed(), "inbound");
        assertThat(chain.tls().orElseThrow().requireClientCertificate()).isTrue();
        var http = (NetworkFilter.Http) chain.filter();
        assertThat(http.clientCertificate()).isEqualTo(NetworkFilter.ForwardClientCertificate.SANITIZE_SET);
        assertThat(http.filters().filters()).singleElement().isInstanceOf(RbacFilter.class);
    }

    @Test
    void reads_a_node_and_its_ads_server() {
        var bootstrap = good(resource("dynamic.yaml"));
        assertThat(bootstrap.node().metadata())
                .containsEntry("NAMESPACE", "shop")
                .containsEntry("PORTS", Map.of("outbound", 15001.0))
                .containsKey("LABELS");
        var ads = bootstrap.ads().orElseThrow();
        assertThat(ads.service().cluster()).isEqualTo("control");
        assertThat(ads.service().authority()).isEqualTo("control");
        assertThat(ads.address()).isEqualTo("127.0.0.1:15012");
        assertThat(ads.clustersTimeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(ads.nodeOnce()).isFalse();
        assertThat(ads.delta()).isTrue();
        assertThat(ads.tls().orElseThrow().certificate()).isEqualTo(new CertificateSource.Secret("default"));
    }

    @Test
    void tells_all_problems_at_once_with_their_paths() {
        var read = BootstrapReader.read(resource("bad.yaml"));
        assertThat(read).isInstanceOf(Checked.Rejected.class);
        var lines = read.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        assertThat(lines)
                .contains("Listener bad: filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0]"
                        + ".routes[0].match.safe_regex: is no RE2 pattern")
                .contains("routes[1].route.weighted_clusters: weights sum to 0")
                .contains("virtual_hosts[1].domains[0]: domain * stands twice")
                .contains("typed_config.tracing: is not supported")
                .contains("http_filters[0].typed_config.rules.policies[odd].permissions[0]"
                        + ".sourced_metadata.metadata_source: is not supported")
                .contains("Cluster bad: lb_policy: ORIGINAL_DST needs CLUSTER_PROVIDED")
                .contains("Cluster bad: outlier_detection: has no effect in this type of cluster")
                .contains("clusters[0].name: there is no cluster a; add the cluster")
                .contains("Bootstrap: stats_sinks: is not supported");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: [", "node: 7", "listeners: 1", "- 1", "\t", "a: &a [*a]", "{\"@type\": \"x\"}"})
    void refuses_what_is_no_bootstrap(String text) {
        assertThat(BootstrapReader.read(text)).isInstanceOf(Checked.Rejected.class);
    }

    @Test
    void refuses_a_file_that_is_not_there() {
        assertThat(BootstrapReader.read(Path.of("no-such-file.yaml")).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.reason())
                        .contains("cannot read no-such-file.yaml: there is no such file or directory"));
    }

    @Test
    void names_the_file_of_a_field_that_there_is_not(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("edge.yaml"), "node: {id: a}\nfrobnicate: 1\n");

        assertThat(BootstrapReader.read(file).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString())
                        .startsWith(
                                file + ": Bootstrap: frobnicate: is no field of envoy.config.bootstrap.v3.Bootstrap"));
    }

    @Test
    void tells_where_broken_yaml_is_in_one_line(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("edge.yaml"), "node:\n  id: a\n cluster: b\n");

        assertThat(BootstrapReader.read(file).problems()).singleElement().satisfies(problem -> {
            assertThat(problem.object()).isEqualTo(file + ": Bootstrap");
            assertThat(problem.reason())
                    .matches("is no YAML or JSON: line 3, column [0-9]+: [^\n]+")
                    .hasSizeLessThan(120);
        });
    }
}
