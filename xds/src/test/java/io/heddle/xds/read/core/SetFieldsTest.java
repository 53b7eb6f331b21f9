package io.heddle.xds.read.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.heddle.xds.schema.FieldKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetFieldsTest {
    @Test
    void they_are_those_that_reflection_finds() {
        var unknown = UnknownFieldSet.newBuilder()
                .addField(
                        9999,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("x"))
                                .build())
                .build();
        for (var message : List.<Message>of(
                Cluster.getDefaultInstance(),
                Cluster.newBuilder()
                        .setName("a")
                        .setType(Cluster.DiscoveryType.EDS)
                        .setUnknownFields(unknown)
                        .putTypedExtensionProtocolOptions("x", com.google.protobuf.Any.getDefaultInstance())
                        .build(),
                Listener.newBuilder()
                        .setBindToPort(BoolValue.getDefaultInstance())
                        .addFilterChainsBuilder()
                        .setName("c")
                        .getTransportSocketBuilder()
                        .setName("t")
                        .build(),
                RouteAction.newBuilder().setCluster("").build(),
                VirtualHost.newBuilder()
                        .addDomains("a")
                        .addDomains("b")
                        .setRequireTlsValue(7)
                        .build())) {
            assertThat(SetFields.of(message).known())
                    .map(FieldKind::name)
                    .containsExactlyElementsOf(message.getAllFields().keySet().stream()
                            .map(FieldDescriptor::getName)
                            .toList());
            assertThat(SetFields.of(message).unknown())
                    .containsExactlyElementsOf(
                            message.getUnknownFields().asMap().keySet());
        }
    }

    @Test
    @SuppressWarnings("deprecation") // most switches are old
    void a_switch_that_is_no_message_is_not_off() {
        var number = UnknownFieldSet.newBuilder()
                .addField(
                        FilterChain.USE_PROXY_PROTO_FIELD_NUMBER,
                        UnknownFieldSet.Field.newBuilder().addVarint(0).build())
                .build();
        var chain = FilterChain.newBuilder();
        var field = field(
                FilterChain.newBuilder().setUseProxyProto(BoolValue.of(false)).build());
        assertThat(SetFields.isOff(chain.setUseProxyProto(BoolValue.of(false)).build(), field))
                .isTrue();
        assertThat(SetFields.isOff(chain.setUnknownFields(number).build(), field))
                .isFalse();
        assertThat(SetFields.isOff(chain.clearUseProxyProto().build(), field)).isFalse();
    }

    private static FieldKind field(Message message) {
        return SetFields.of(message).known().getFirst();
    }

    @Test
    void a_field_whose_number_is_not_known_is_refused_where_others_are_and_else_told() {
        var unknown = UnknownFieldSet.newBuilder()
                .addField(9999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        var cluster =
                Cluster.newBuilder().setName("a").setUnknownFields(unknown).build();
        for (var fields : List.of(
                Fields.refusingOthers(Cluster.class).reads("name"),
                Fields.ignoringOthers(Cluster.class).reads("name"))) {
            var findings = new Findings();
            new Scope(findings, "Cluster a", "").check(cluster, fields);
            assertThat(findings.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.isError()).isEqualTo(fields.others() == Fields.Fate.REFUSED);
                assertThat(problem.toString()).contains("9999").contains("envoy.config.cluster.v3.Cluster");
            });
        }
    }
}
