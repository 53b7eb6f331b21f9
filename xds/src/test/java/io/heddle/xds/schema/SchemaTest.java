package io.heddle.xds.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the schema says is what protobuf's own reading of the same description says.
final class SchemaTest {
    private final Schema schema = Schema.envoy();

    private static FileDescriptorSet description() throws IOException {
        try (var in = Schema.class.getResourceAsStream("/io/heddle/xds/api/envoy-api.desc")) {
            return FileDescriptorSet.parseFrom(in);
        }
    }

    @Test
    void knows_every_message_and_enum_with_every_field_and_value() throws IOException {
        int found = 0;
        for (var file : description().getFileList()) {
            for (var message : file.getMessageTypeList()) {
                found += check(file.getPackage() + "." + message.getName(), message);
            }
            file.getEnumTypeList().forEach(kind -> check(file.getPackage() + "." + kind.getName(), kind));
        }
        assertThat(found).isGreaterThan(800);
    }

    private int check(String name, DescriptorProto message) {
        var kind = schema.message(name).orElseThrow(() -> new AssertionError(name));
        assertThat(kind.isMapEntry()).as(name).isEqualTo(message.getOptions().getMapEntry());
        assertThat(kind.fields()).as(name).hasSize(message.getFieldCount());
        for (var field : message.getFieldList()) {
            var read = kind.field(field.getNumber()).orElseThrow();
            boolean alone = !field.hasOneofIndex() || field.getProto3Optional();
            assertThat(read)
                    .isEqualTo(new FieldKind(
                            field.getName(),
                            field.getJsonName(),
                            field.getNumber(),
                            FieldKind.Type.valueOf(field.getType().name().substring("TYPE_".length())),
                            field.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED,
                            field.getTypeName().replaceFirst("^\\.", ""),
                            alone ? -1 : field.getOneofIndex()));
            assertThat(kind.field(field.getName())).contains(read);
            assertThat(kind.field(field.getJsonName())).contains(read);
        }
        message.getEnumTypeList().forEach(inner -> check(name + "." + inner.getName(), inner));
        int found = 1;
        for (var inner : message.getNestedTypeList()) {
            found += check(name + "." + inner.getName(), inner);
        }
        return found;
    }

    private void check(String name, EnumDescriptorProto kind) {
        var values = kind.getValueList().stream()
                .collect(Collectors.toMap(value -> value.getName(), value -> value.getNumber()));
        assertThat(schema.enumeration(name)
                        .orElseThrow(() -> new AssertionError(name))
                        .values())
                .as(name)
                .isEqualTo(values);
    }

    /// The description is written where there is none; this is what fails when the API changed since.
    @Test
    void is_of_the_same_api_as_the_generated_classes() throws IOException {
        var described = description().getFileList().stream()
                .collect(Collectors.toMap(file -> file.getName(), file -> file.getMessageTypeCount()));
        var file = Bootstrap.getDescriptor().getFile();
        assertThat(described)
                .containsEntry(file.getName(), file.getMessageTypes().size());
        file.getDependencies()
                .forEach(needed -> assertThat(described)
                        .containsEntry(
                                needed.getName(), needed.getMessageTypes().size()));
    }

    @Test
    void knows_a_generated_class_without_its_descriptor() {
        for (var message : List.<Message>of(
                Bootstrap.getDefaultInstance(),
                Cluster.CommonLbConfig.ZoneAwareLbConfig.getDefaultInstance(),
                HealthCheck.HttpHealthCheck.getDefaultInstance(),
                Any.getDefaultInstance(),
                Struct.getDefaultInstance(),
                BoolValue.getDefaultInstance(),
                com.github.xds.type.v3.TypedStruct.getDefaultInstance(),
                com.google.rpc.Status.getDefaultInstance())) {
            Descriptor descriptor = message.getDescriptorForType();
            assertThat(Schema.fullName(message.getClass())).isEqualTo(descriptor.getFullName());
            assertThat(schema.kind(message).name()).isEqualTo(descriptor.getFullName());
        }
    }

    @Test
    void does_not_know_what_is_in_no_file() {
        assertThat(schema.message("envoy.config.cluster.v3.Cluster.Nothing")).isEmpty();
        assertThat(schema.message("envoy.config.cluster.v3")).isEmpty();
        assertThat(schema.message("Cluster")).isEmpty();
        assertThat(schema.message("")).isEmpty();
        assertThat(schema.enumeration("envoy.config.cluster.v3.Cluster")).isEmpty();
    }
}
