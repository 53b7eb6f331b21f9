package io.heddle.xds.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TreeMessageTest {
    private final List<String> objections = new ArrayList<>();

    private com.google.protobuf.ByteString bytes(String type, @Nullable Object tree) {
        return TreeMessage.bytes(
                Schema.envoy(),
                type,
                tree,
                (path, reason, remedy) -> objections.add(path + ": " + reason + "; " + remedy));
    }

    private Cluster cluster(Map<String, ?> tree) throws InvalidProtocolBufferException {
        return Cluster.parseFrom(bytes("envoy.config.cluster.v3.Cluster", tree));
    }

    @Test
    void takes_both_spellings_and_every_way_to_write_a_number() throws InvalidProtocolBufferException {
        var read = cluster(Map.of(
                "name", "a",
                "connectTimeout", "1.5s",
                "per_connection_buffer_limit_bytes", "32768",
                "dnsRefreshRate", "-3s",
                "type", "STRICT_DNS",
                "alt_stat_name", "x",
                "dns_lookup_family", 2,
                "round_robin_lb_config",
                        Map.of(
                                "slow_start_config",
                                Map.of("aggression", Map.of("default_value", "1e3", "runtime_key", "key")))));
        assertThat(objections).isEmpty();
        assertThat(Durations.toMillis(read.getConnectTimeout())).isEqualTo(1500);
        assertThat(read.getPerConnectionBufferLimitBytes().getValue()).isEqualTo(32768);
        var aggression = read.getRoundRobinLbConfig().getSlowStartConfig().getAggression();
        assertThat(aggression.getDefaultValue()).isEqualTo(1000);
        assertThat(aggression.getRuntimeKey()).isEqualTo("key");
        assertThat(read.getType()).isEqualTo(Cluster.DiscoveryType.STRICT_DNS);
        assertThat(read.getDnsLookupFamilyValue()).isEqualTo(2);
    }

    /// As Envoy 1.40 has it, and files written for it have.
    @Test
    void takes_times_and_wrapped_values_by_their_fields() throws InvalidProtocolBufferException {
        var read = cluster(Map.of(
                "connect_timeout", Map.of("seconds", 1, "nanos", "500000000"),
                "cleanup_interval", Map.of(),
                "per_connection_buffer_limit_bytes", Map.of("value", 32768)));
        assertThat(objections).isEmpty();
        assertThat(Durations.toMillis(read.getConnectTimeout())).isEqualTo(1500);
        assertThat(read.hasCleanupInterval()).isTrue();
        assertThat(read.getPerConnectionBufferLimitBytes().getValue()).isEqualTo(32768);
        cluster(Map.of("connect_timeout", Map.of("second", 1)));
        assertThat(objections).singleElement().asString().startsWith("connect_timeout.second: is no field of");
    }

    /// As Envoy 1.40 has it: whole numbers and switches are none of JSON's texts, and other numbers are texts to
    /// its reader of YAML.
    @Test
    void a_text_is_no_whole_number_and_no_switch() throws InvalidProtocolBufferException {
        for (Object value : List.of(7, 7L, BigInteger.TEN, true)) {
            objections.clear();
            cluster(Map.of("name", value));
            assertThat(objections)
                    .containsExactly("name: is " + value + " where a text in quotes belongs; write a text in quotes");
        }
        objections.clear();
        assertThat(cluster(Map.of("name", 7.5)).getName()).isEqualTo("7.5");
        assertThat(objections).isEmpty();
    }

    @Test
    void says_all_that_is_wrong_with_place_and_remedy() throws InvalidProtocolBufferException {
        var read = cluster(Map.of(
                "name", List.of("a"),
                "conect_timeout", "1s",
                "type", "STRICT",
                "dns_refresh_rate", "soon",
                "lb_subset_config", Map.of("subset_selectors", List.of(Map.of("keys", "v"), Map.of("kees", List.of()))),
                "per_connection_buffer_limit_bytes", -1,
                "alt_stat_name", "kept"));
        assertThat(objections)
                .anySatisfy(line -> assertThat(line).isEqualTo("name: is a list where a text belongs; write a text"))
                .anySatisfy(line -> assertThat(line)
                        .isEqualTo("conect_timeout: is no field of envoy.config.cluster.v3.Cluster; did you mean"
                                + " connect_timeout?"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith(
                                "type: is \"STRICT\", no envoy.config.cluster.v3.Cluster.DiscoveryType; write one of"
                                        + " [STATIC, "))
                .anySatisfy(line -> assertThat(line)
                        .isEqualTo("dns_refresh_rate: is no duration: \"soon\"; write seconds, for example 1.5s"))
                .anySatisfy(line -> assertThat(line)
                        .isEqualTo("lb_subset_config.subset_selectors[0].keys: is \"v\" where a list belongs; write a"
                                + " list"))
                .anySatisfy(
                        line -> assertThat(line).startsWith("lb_subset_config.subset_selectors[1].kees: is no field"))
                .anySatisfy(line -> assertThat(line)
                        .isEqualTo("per_connection_buffer_limit_bytes: is -1 where a whole number from 0 to 4294967295"
                                + " belongs; write a whole number from 0 to 4294967295"))
                .hasSize(7);
        assertThat(read.getAltStatName()).isEqualTo("kept");
    }

    @Test
    void of_a_choice_one_can_be_there_and_a_field_only_once() {
        bytes("envoy.config.route.v3.RouteAction", Map.of("cluster", "a", "cluster_header", "x"));
        assertThat(objections)
                .singleElement()
                .asString()
                .contains("cannot stand beside")
                .contains("choose one");
        objections.clear();
        bytes("envoy.config.cluster.v3.Cluster", Map.of("connectTimeout", "1s", "connect_timeout", "2s"));
        assertThat(objections).singleElement().asString().contains("stands there twice");
    }

    @Test
    void a_choice_that_is_written_as_its_default_is_chosen() throws InvalidProtocolBufferException {
        var read = RouteAction.parseFrom(bytes("envoy.config.route.v3.RouteAction", Map.of("cluster", "")));
        assertThat(read.getClusterSpecifierCase()).isEqualTo(RouteAction.ClusterSpecifierCase.CLUSTER);
    }

    @Test
    void null_leaves_a_field_out_and_is_a_value_in_a_struct() throws InvalidProtocolBufferException {
        var tree = new HashMap<String, @Nullable Object>();
        tree.put("id", null);
        tree.put("cluster", "c");
        var metadata = new HashMap<String, @Nullable Object>();
        metadata.put("none", null);
        metadata.put("list", Arrays.asList(1, "two", true, null, Map.of("a", 1.5)));
        tree.put("metadata", metadata);
        var node = Node.parseFrom(bytes("envoy.config.core.v3.Node", tree));
        assertThat(objections).isEmpty();
        assertThat(node.getId()).isEmpty();
        assertThat(node.getMetadata().getFieldsOrThrow("none").hasNullValue()).isTrue();
        assertThat(node.getMetadata().getFieldsOrThrow("list").getListValue().getValuesList())
                .hasSize(5)
                .satisfies(values -> assertThat(values.get(4)
                                .getStructValue()
                                .getFieldsOrThrow("a")
                                .getNumberValue())
                        .isEqualTo(1.5));
        bytes("envoy.config.cluster.v3.Cluster", Map.of("transport_socket_matches", Collections.singletonList(null)));
        assertThat(objections).singleElement().asString().startsWith("transport_socket_matches[0]: is null");
    }

    @Test
    void a_typed_message_is_packed_and_its_type_must_be_known() throws InvalidProtocolBufferException {
        var any = Any.parseFrom(bytes(
                "google.protobuf.Any",
                Map.of(
                        "@type",
                        "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer",
                        "max_request_bytes",
                        5)));
        assertThat(any.unpack(Buffer.class).getMaxRequestBytes().getValue()).isEqualTo(5);
        var struct = Any.parseFrom(bytes(
                "google.protobuf.Any",
                Map.of("@type", "type.googleapis.com/google.protobuf.Struct", "value", Map.of("a", "b"))));
        assertThat(struct.unpack(Struct.class).getFieldsOrThrow("a").getStringValue())
                .isEqualTo("b");
        assertThat(objections).isEmpty();
        bytes("google.protobuf.Any", Map.of("@type", "type.googleapis.com/envoy.nothing.V", "x", 1));
        bytes("google.protobuf.Any", Map.of("x", 1));
        bytes("google.protobuf.Any", Map.of("@type", "type.googleapis.com/google.protobuf.Struct"));
        bytes("google.protobuf.Any", "text");
        assertThat(objections)
                .map(line -> line.replaceFirst(";.*", ""))
                .containsExactly(
                        ": type type.googleapis.com/envoy.nothing.V is not known",
                        ": has no @type",
                        ": has no value",
                        ": is \"text\" where a typed message belongs");
    }

    @Test
    void what_is_nested_too_deep_or_grows_too_large_is_refused() {
        Object deep = "x";
        for (int i = 0; i < 300; i++) {
            deep = List.of(deep);
        }
        bytes("google.protobuf.Value", deep);
        assertThat(objections).isNotEmpty().first().asString().contains("nested more than 100 deep");
        Object wide = "x".repeat(1000);
        for (int i = 0; i < 9; i++) {
            wide = Collections.nCopies(10, wide);
        }
        var bomb = wide;
        assertThatThrownBy(() -> bytes("google.protobuf.Value", bomb)).isInstanceOf(TreeMessage.TooLarge.class);
    }

    @Test
    void what_is_large_counts_once_however_deep_it_stands() throws InvalidProtocolBufferException {
        Object tree = "x".repeat(4_000_000);
        for (int i = 0; i < 20; i++) {
            tree = Map.of("in", List.of(tree));
        }
        var any = Map.of("@type", "type.googleapis.com/google.protobuf.Value", "value", tree);
        assertThat(Any.parseFrom(bytes("google.protobuf.Any", any)).getValue().size())
                .isBetween(4_000_000, 4_001_000);
        assertThat(objections).isEmpty();
    }

    @Test
    void an_empty_document_is_an_objection_and_an_empty_map_is_a_message() throws InvalidProtocolBufferException {
        assertThat(Bootstrap.parseFrom(bytes("envoy.config.bootstrap.v3.Bootstrap", Map.of())))
                .isEqualTo(Bootstrap.getDefaultInstance());
        assertThat(objections).isEmpty();
        bytes("envoy.config.bootstrap.v3.Bootstrap", null);
        assertThat(objections).singleElement().asString().startsWith(": is null where");
    }
}
