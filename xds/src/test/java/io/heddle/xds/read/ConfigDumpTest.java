package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.RefusedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigDumpTest {
    private static final String BOOTSTRAP = """
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
            static_resources:
              clusters:
              - name: fixed
                type: STATIC
                transport_socket:
                  name: envoy.transport_sockets.tls
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                    common_tls_context:
                      tls_certificates:
                      - certificate_chain: {inline_string: a-chain}
                        private_key: {inline_string: bootstrap-key}
            """;

    private static TlsCertificate certificate() {
        return TlsCertificate.newBuilder()
                .setCertificateChain(DataSource.newBuilder().setInlineString("shown-chain"))
                .setPrivateKey(DataSource.newBuilder().setInlineString("secret-key"))
                .setPassword(DataSource.newBuilder().setFilename("/password"))
                .build();
    }

    private static ResourceSet live() {
        var tls = DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(CommonTlsContext.newBuilder().addTlsCertificates(certificate()))
                .build();
        var chain = FilterChain.newBuilder()
                .addFilters(Filter.newBuilder()
                        .setTypedConfig(Any.pack(HttpConnectionManager.newBuilder()
                                .setStatPrefix("inbound")
                                .build())))
                .addFilters(Filter.newBuilder().setName("odd").setTypedConfig(Any.pack(StringValue.of("x"))));
        chain.getTransportSocketBuilder().setTypedConfig(Any.pack(tls));
        return ResourceSet.of(
                Listener.newBuilder().setName("inbound").addFilterChains(chain).build(),
                Listener.newBuilder().setName("outbound").build(),
                RouteConfiguration.newBuilder().setName("routes").build(),
                Secret.newBuilder()
                        .setName("cert")
                        .setTlsCertificate(certificate())
                        .build());
    }

    private static ConfigDump.Received received() {
        return new ConfigDump.Received(live(), List.of());
    }

    @Test
    void tells_what_was_refused_and_why_and_shows_no_key_of_it() {
        var refused = Stream.of(
                        Map.entry(
                                ResourceType.CDS,
                                Cluster.newBuilder().setName("bad").build()),
                        Map.entry(
                                ResourceType.LDS,
                                Listener.newBuilder().setName("inbound").build()),
                        Map.entry(
                                ResourceType.SDS,
                                Secret.newBuilder()
                                        .setName("cert")
                                        .setTlsCertificate(certificate())
                                        .build()))
                .map(entry -> new RefusedResource(
                        entry.getKey(),
                        NamedResource.of(entry.getValue()),
                        Instant.ofEpochSecond(1_700_000_000),
                        "Kind name: field: is wrong"))
                .toList();
        var json = ConfigDump.json(BOOTSTRAP, new ConfigDump.Received(live(), refused), ConfigDump.Wanted.ALL);
        assertThat(json.split("Kind name: field: is wrong", -1)).hasSize(4);
        assertThat(json)
                .contains("\"last_update_attempt\": \"2023-11-14T22:13:20Z\"")
                .contains("\"name\": \"bad\"");
        assertThat(json.split("\"name\": \"inbound\"", -1))
                .as("one entry, and the refused and the live configuration")
                .hasSize(4);
        assertThat(json).doesNotContain("secret-key");
    }

    @Test
    void tells_everything_in_the_form_of_envoy() {
        var json = ConfigDump.json(BOOTSTRAP, received(), ConfigDump.Wanted.ALL);
        assertThat(json)
                .contains("\"@type\": \"type.googleapis.com/envoy.admin.v3.BootstrapConfigDump\"")
                .contains("\"@type\": \"type.googleapis.com/envoy.admin.v3.ClustersConfigDump\"")
                .contains("\"@type\": \"type.googleapis.com/envoy.admin.v3.ListenersConfigDump\"")
                .contains("\"@type\": \"type.googleapis.com/envoy.admin.v3.RoutesConfigDump\"")
                .contains("\"@type\": \"type.googleapis.com/envoy.admin.v3.SecretsConfigDump\"")
                .contains("\"static_clusters\"", "\"dynamic_listeners\"", "\"dynamic_route_configs\"")
                .contains("\"stat_prefix\": \"inbound\"")
                .contains("\"unknown_type\": \"google.protobuf.StringValue\"");
    }

    @Test
    void shows_no_secret_wherever_it_is_packed() {
        var json = ConfigDump.json(BOOTSTRAP, received(), ConfigDump.Wanted.ALL);
        assertThat(json)
                .doesNotContain("secret-key", "bootstrap-key")
                .contains("shown-chain", "a-chain", "[redacted]", "/password");
    }

    @Test
    void tells_one_kind_of_resource_and_names_that_fit() {
        var some = new ConfigDump.Wanted(
                "dynamic_listeners", Pattern.compile("^in").asPredicate(), false);
        var json = ConfigDump.json(BOOTSTRAP, received(), some);
        assertThat(json).contains("\"name\": \"inbound\"").doesNotContain("outbound", "BootstrapConfigDump");
    }

    @Test
    void names_listeners_that_were_written_without_a_name() {
        var dump = ConfigDump.json(
                "static_resources: {listeners: [{}, {name: named}, {}]}",
                new ConfigDump.Received(ResourceSet.EMPTY, List.of()),
                new ConfigDump.Wanted("static_listeners", _ -> true, false));
        assertThat(Pattern.compile("\"name\": \"[0-9a-f-]{36}\"").matcher(dump).results())
                .hasSize(2)
                .doesNotHaveDuplicates();
    }

    @Test
    void refuses_a_resource_that_there_is_not() {
        assertThatThrownBy(() ->
                        ConfigDump.json(BOOTSTRAP, received(), new ConfigDump.Wanted("nonsense", _ -> true, false)))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("nonsense");
        assertThatThrownBy(() ->
                        ConfigDump.json(BOOTSTRAP, received(), new ConfigDump.Wanted("bootstrap", _ -> true, false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mask=bootstrap");
    }

    private static String masked(String resource, String mask) {
        return ConfigDump.json(BOOTSTRAP, received(), new ConfigDump.Wanted(resource, _ -> true, false, mask))
                .replaceAll("\\s", "");
    }

    @Test
    void shows_the_fields_of_a_mask_alone() {
        assertThat(masked("", "bootstrap.admin"))
                .contains("\"bootstrap\":{\"admin\":{\"address\"")
                .doesNotContain("static_resources", "dynamic_listeners", "static_clusters");
        assertThat(masked("dynamic_listeners", "name,active_state.listener.filter_chains.filters.name"))
                .contains("\"name\":\"inbound\"", "\"name\":\"odd\"")
                .doesNotContain("transport_socket", "stat_prefix", "version_info");
        assertThat(masked("", "static_clusters.cluster.name,static_clusters.cluster.type"))
                .contains("\"name\":\"fixed\"", "\"type\":\"STATIC\"")
                .doesNotContain("a-chain");
        assertThat(masked("static_clusters", "cluster,cluster.name")).contains("a-chain");
    }

    @ParameterizedTest
    @CsvSource({
        "'', nonsense, the field nonsense",
        "dynamic_listeners, name.x.nonsense.., mask is a list",
        "static_clusters, name, the field name",
        "'', 'bootstrap,', mask is a list",
    })
    void refuses_a_mask_that_fits_nothing(String resource, String mask, String why) {
        assertThatThrownBy(() -> masked(resource, mask))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
        assertThatThrownBy(() -> masked("", "x".repeat(3_000))).hasMessageContaining("longer than 2000");
        assertThatThrownBy(() -> masked("", "a" + ".a".repeat(40))).hasMessageContaining("deeper than 32");
    }
}
