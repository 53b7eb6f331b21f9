package io.heddle.xds.read;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Whatever bytes come in, the readers answer with a value or with problems, never with an exception.
final class ReaderFuzzTest {
    @FuzzTest
    void reads_any_text_as_a_bootstrap_or_refuses_it(byte[] bytes) {
        BootstrapReader.read(new String(bytes, StandardCharsets.UTF_8));
    }

    @FuzzTest
    void compiles_any_resources_or_refuses_them(byte[] bytes) {
        for (var type : ResourceType.values()) {
            var any = Any.newBuilder()
                    .setTypeUrl(type.typeUrl())
                    .setValue(ByteString.copyFrom(bytes))
                    .build();
            try {
                var resource = NamedResource.read(type, "1", any);
                RuntimeCompiler.compile(ResourceSet.EMPTY.with(type, List.of(resource)), RuntimeConfig.EMPTY);
            } catch (InvalidProtocolBufferException _) {
                // no message at all: refused before it is read
            }
        }
    }
}
