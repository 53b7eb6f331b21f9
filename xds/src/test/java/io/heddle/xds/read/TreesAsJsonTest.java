package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.heddle.xds.schema.Schema;
import io.heddle.xds.schema.TreeMessage;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A text is read as protobuf's own library writes it: each field of each message that is read, alone.
final class TreesAsJsonTest {
    private static final TypeRegistry TYPES = TypeRegistry.newBuilder()
            .add(EnvoyApi.fields().map(Messages::descriptor).toList())
            .build();

    static Stream<Descriptor> kinds() {
        return EnvoyApi.fields().map(Messages::descriptor).distinct();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void every_field_comes_back_as_it_was(Descriptor kind) throws Exception {
        for (var field : Messages.fields(kind)) {
            Message message = Messages.with(DynamicMessage.newBuilder(kind), field, Messages.value(field));
            for (var printer : new JsonFormat.Printer[] {
                JsonFormat.printer(), JsonFormat.printer().preservingProtoFieldNames(),
            }) {
                var json = printer.usingTypeRegistry(TYPES).print(message);
                var objections = new ArrayList<String>();
                var bytes = TreeMessage.bytes(
                        Schema.envoy(),
                        kind.getFullName(),
                        YamlTree.read(json).root(),
                        (path, reason, remedy) -> objections.add(path + ": " + reason));
                assertThat(objections).as(json).isEmpty();
                // As bytes, since two names of an enum may mean the same.
                assertThat(DynamicMessage.parseFrom(kind, bytes).toByteString())
                        .as(json)
                        .isEqualTo(message.toByteString());
            }
        }
    }
}
