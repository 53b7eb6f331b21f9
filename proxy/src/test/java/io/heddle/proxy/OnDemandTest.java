package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.xds.read.ConfigDump;
import io.heddle.xds.resource.ResourceType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Virtual hosts and clusters that the control plane is asked for when requests need them.
class OnDemandTest {
    private static final String ODCDS = "'odcds': {'source': {'ads': {}}, 'timeout': '20s'}";
    private static final String FILTER = "type.googleapis.com/envoy.extensions.filters.http.on_demand.v3.OnDemand";
    private static final String ROUTE = "type.googleapis.com/envoy.extensions.filters.http.on_demand.v3.PerRouteConfig";

    private static final String PLAIN =
            "type.googleapis.com/envoy.extensions.filters.http.decompressor.v3.Decompressor";
    private static final String GZIP = "type.googleapis.com/envoy.extensions.compression.gzip.decompressor.v3.Gzip";

    @TempDir
    private Path state;

    private HttpServer application;
    private ScriptedAds server;
    private Proxy proxy;
    private final List<Socket> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext("/", exchange -> {
            var body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        application.start();
        server = ScriptedAds.start();
        proxy = startProxy();
    }

    private Proxy startProxy() throws Exception {
        var bootstrap =
                "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n" + server.bootstrap();
        return Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
    }

    @AfterEach
    void stop() throws IOException {
        for (var client : clients) {
            client.close();
        }
        proxy.close();
        server.close();
        application.stop(0);
    }

    /// Sends the first configuration: the cluster `app`, and routes with virtual hosts of their own.
    private void configure(String onDemand) throws Exception {
        server.send(cluster("app"));
        server.send(listener(onDemand));
        server.subscription(ResourceType.RDS, "routes");
        server.send(routes());
        server.subscription(ResourceType.VHDS, "routes");
        server.answer(server.send(hosts(ScriptedAds.named("routes/first.test", host("first", "first.test", "app")))));
        proxy.ready().get(20, TimeUnit.SECONDS);
    }

    @Test
    void virtual_hosts_that_the_server_sends_unasked_are_there_from_the_start_and_change() throws Exception {
        server.send(cluster("app"));
        server.send(listener(""));
        server.subscription(ResourceType.RDS, "routes");
        var routes = server.send(routes());
        server.subscription(ResourceType.VHDS, "routes");
        assertThat(proxy.listeners()).as("waits for them").isEmpty();
        var hosts = server.send(hosts(
                ScriptedAds.named("routes/first.test", host("first", "first.test", "app")),
                ScriptedAds.named("routes/bad.test", host("bad", "a*b", "app"))));
        assertThat(server.answer(routes).hasErrorDetail()).isFalse();
        assertThat(server.answer(hosts).getErrorDetail().getMessage())
                .startsWith("VirtualHost routes/bad.test: domains[0]: is no domain: a*b");
        proxy.ready().get(20, TimeUnit.SECONDS);
        assertThat(ask("first.test")).isEqualTo(200);
        assertThat(ask("second.test")).isEqualTo(404);
        server.answer(
                server.send(hosts(ScriptedAds.named("routes/second.test", host("second", "second.test", "app")))));
        assertThat(ask("second.test")).isEqualTo(200);
        assertThat(proxy.configDump(ConfigDump.Wanted.ALL))
                .contains("first.test")
                .contains("second.test");
        server.answer(server.remove(ResourceType.VHDS, "routes/first.test"));
        assertThat(ask("first.test")).isEqualTo(404);
    }

    @Test
    void a_request_for_an_unknown_host_waits_for_its_virtual_host_with_its_body() throws Exception {
        configure("'typed_config': {'@type': '" + FILTER + "'}");
        var one = send("POST / HTTP/1.1\r\nHost: Other.test\r\nContent-Length: 4\r\n\r\nbo");
        server.subscription(ResourceType.VHDS, "routes/other.test");
        var two = send("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n");
        await().until(() -> metric("heddle_on_demand_waiting").equals("2"));
        write(one, "dy");
        server.send(
                hosts(ScriptedAds.named("routes/others", host("others", "other.test", "app"), "routes/other.test")));
        assertThat(answer(one)).startsWith("HTTP/1.1 200").endsWith("body");
        assertThat(answer(two)).startsWith("HTTP/1.1 200");
        assertThat(server.subscriptions(ResourceType.VHDS, "routes/other.test")).isZero();
        assertThat(ask("other.test")).isEqualTo(200);
        assertThat(metric("heddle_on_demand_waiting")).isEqualTo("0");
        assertThat(metric("heddle_on_demand_asked_total")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filters_that_come_while_a_request_waits_see_all_of_its_body(boolean complete) throws Exception {
        configure("'typed_config': {'@type': '" + FILTER + "'}");
        var body = gzip("what is said twice is said twice");
        int before = complete ? body.length() : 10;
        var one = send("POST / HTTP/1.1\r\nHost: other.test\r\nContent-Encoding: gzip\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body.substring(0, before));
        server.subscription(ResourceType.VHDS, "routes/other.test");
        await().until(() -> metric("heddle_on_demand_waiting").equals("1"));
        server.answer(server.send(listener("'typed_config': {'@type': '" + FILTER
                + "'}}, {'name': 'plain', 'typed_config': {'@type': '" + PLAIN
                + "', 'decompressor_library': {'name': 'gzip', 'typed_config': {'@type': '" + GZIP + "'}}}")));
        server.send(hosts(ScriptedAds.named("routes/other.test", host("other", "other.test", "app"))));
        write(one, body.substring(before));
        assertThat(answer(one)).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nwhat is said twice is said twice");
    }

    private static String gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zipped = new GZIPOutputStream(bytes)) {
            zipped.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void a_host_that_the_server_does_not_know_is_answered_404_and_asked_for_again_by_the_next() throws Exception {
        configure("'typed_config': {'@type': '" + FILTER + "'}");
        var one = send("GET / HTTP/1.1\r\nHost: gone.test\r\n\r\n");
        server.subscription(ResourceType.VHDS, "routes/gone.test");
        server.remove(ResourceType.VHDS, "routes/gone.test");
        assertThat(answer(one)).startsWith("HTTP/1.1 404");
        server.await(request -> request.getResourceNamesUnsubscribeList().contains("routes/gone.test"));
        var two = send("GET / HTTP/1.1\r\nHost: gone.test\r\n\r\n");
        server.subscription(ResourceType.VHDS, "routes/gone.test");
        server.send(hosts(Resource.newBuilder()
                .setName("routes/gone.test")
                .addAliases("routes/gone.test")
                .build()));
        assertThat(answer(two)).startsWith("HTTP/1.1 404");
    }

    @Test
    void a_host_that_nobody_answers_for_is_waited_for_only_so_long() throws Exception {
        configure("'typed_config': {'@type': '" + FILTER + "', 'odcds': {'source': {'ads': {}}, 'timeout': '0.2s'}}");
        assertThat(ask("silent.test")).isEqualTo(404);
        server.subscription(ResourceType.VHDS, "routes/silent.test");
        server.await(request -> request.getResourceNamesUnsubscribeList().contains("routes/silent.test"));
        assertThat(metric("heddle_on_demand_timeouts_total")).isEqualTo("1");
        var gone = send("GET / HTTP/1.1\r\nHost: left.test\r\n\r\n");
        server.subscription(ResourceType.VHDS, "routes/left.test");
        gone.close();
        await().until(() -> metric("heddle_on_demand_waiting").equals("0"));
    }

    @Test
    void virtual_hosts_that_were_asked_for_outlive_the_stream_and_the_process() throws Exception {
        configure("'typed_config': {'@type': '" + FILTER + "'}");
        var one = send("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n");
        server.subscription(ResourceType.VHDS, "routes/other.test");
        server.send(hosts(ScriptedAds.named("routes/other.test", host("other", "other.test", "app"))));
        assertThat(answer(one)).startsWith("HTTP/1.1 200");
        proxy.close();
        server.close();
        proxy = startProxy();
        proxy.ready().get(20, TimeUnit.SECONDS);
        assertThat(ask("other.test")).isEqualTo(200);
    }

    @Test
    void a_request_for_an_unknown_cluster_waits_for_it_and_for_its_endpoints() throws Exception {
        configure("'typed_config': {'@type': '" + FILTER + "', " + ODCDS + "}");
        server.send(hosts(ScriptedAds.named("routes/late.test", host("late", "late.test", "late"))));
        var one = send("GET / HTTP/1.1\r\nHost: late.test\r\n\r\n");
        server.subscription(ResourceType.CDS, "late");
        var late = cluster("late");
        server.send(late.toBuilder()
                .setType(Cluster.DiscoveryType.EDS)
                .clearLoadAssignment()
                .setEdsClusterConfig(
                        ScriptedAds.read("{'eds_config': {'ads': {}}}", Cluster.EdsClusterConfig.newBuilder()))
                .build());
        server.subscription(ResourceType.EDS, "late");
        assertThat(one.getInputStream().available()).isZero();
        server.send(late.getLoadAssignment());
        assertThat(answer(one)).startsWith("HTTP/1.1 200");
        assertThat(ask("late.test")).isEqualTo(200);
        assertThat(server.subscriptions(ResourceType.CDS, "late")).isZero();
    }

    @Test
    void a_cluster_that_there_is_not_is_answered_503_and_only_where_the_route_does_not_forbid_it_asked_for()
            throws Exception {
        configure("'typed_config': {'@type': '" + FILTER + "', " + ODCDS + "}");
        var quiet = host("quiet", "quiet.test", "nowhere").toBuilder();
        quiet.putTypedPerFilterConfig(
                "on_demand",
                ScriptedAds.read("{'@type': '" + ROUTE + "'}", com.google.protobuf.Any.newBuilder())
                        .build());
        server.answer(server.send(hosts(
                ScriptedAds.named("routes/quiet.test", quiet.build()),
                ScriptedAds.named("routes/lost.test", host("lost", "lost.test", "nowhere")))));
        assertThat(ask("quiet.test")).isEqualTo(503);
        assertThat(metric("heddle_on_demand_asked_total")).isEqualTo("0");
        var one = send("GET / HTTP/1.1\r\nHost: lost.test\r\n\r\n");
        server.subscription(ResourceType.CDS, "nowhere");
        server.remove(ResourceType.CDS, "nowhere");
        assertThat(answer(one)).startsWith("HTTP/1.1 503");
    }

    private static DeltaDiscoveryResponse.Builder hosts(Resource... hosts) {
        return DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(ResourceType.VHDS.typeUrl())
                .addAllResources(List.of(hosts));
    }

    private Cluster cluster(String name) throws Exception {
        return ScriptedAds.read("""
                        {'name': '%1$s', 'type': 'STATIC', 'load_assignment': {'cluster_name': '%1$s',
                        'endpoints': [{'lb_endpoints': [{'endpoint': {'address': {'socket_address': {
                        'address': '127.0.0.1', 'port_value': %2$d}}}}]}]}}
                        """.formatted(name, application.getAddress().getPort()), Cluster.newBuilder())
                .build();
    }

    private static Listener listener(String onDemand) throws Exception {
        var filter = onDemand.isEmpty() ? "" : "{'name': 'on_demand', " + onDemand + "},";
        return ScriptedAds.read("""
                        {'name': 'ingress', 'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}},
                        'filter_chains': [{'filters': [{'name': 'http', 'typed_config': {
                        '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                        'stat_prefix': 'ingress',
                        'rds': {'route_config_name': 'routes', 'config_source': {'ads': {}}},
                        'http_filters': [%s {'name': 'router', 'typed_config': {
                        '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'}}]}}]}]}
                        """.formatted(filter), Listener.newBuilder()).build();
    }

    private static RouteConfiguration routes() throws Exception {
        return ScriptedAds.read(
                        "{'name': 'routes', 'vhds': {'config_source': {'ads': {}}}, 'validate_clusters': false}",
                        RouteConfiguration.newBuilder())
                .build();
    }

    private static VirtualHost host(String name, String domain, String cluster) throws Exception {
        return ScriptedAds.read("""
                        {'name': '%s', 'domains': ['%s'], 'routes': [
                        {'match': {'prefix': '/'}, 'route': {'cluster': '%s'}}]}
                        """.formatted(name, domain, cluster), VirtualHost.newBuilder())
                .build();
    }

    private Socket send(String text) throws IOException {
        var address = proxy.listeners().get("ingress");
        var client = new Socket(InetAddress.getLoopbackAddress(), address == null ? 0 : address.getPort());
        client.setSoTimeout(20_000);
        clients.add(client);
        write(client, text.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        return client;
    }

    private static void write(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String answer(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private int ask(String host) throws IOException {
        return Integer.parseInt(
                answer(send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")).substring(9, 12));
    }

    private String metric(String name) throws Exception {
        var admin = proxy.ports().get("admin");
        var uri = URI.create("http://127.0.0.1:" + (admin == null ? 0 : admin.getPort()) + "/stats/prometheus");
        try (var stats = uri.toURL().openStream()) {
            return new String(stats.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .map(line -> line.substring(name.length() + 1))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
