package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
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
            assertThat(SetFields.of(message))
                    .map(FieldKind::name)
                    .containsExactlyElementsOf(message.getAllFields().keySet().stream()
                            .map(FieldDescriptor::getName)
                            .toList());
        }
    }
}
