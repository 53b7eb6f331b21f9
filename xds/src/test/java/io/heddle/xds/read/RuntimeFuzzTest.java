package io.heddle.xds.read;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;

/// Whatever a file of a layer says, an administrator, or a server: it is a value, or none.
final class RuntimeFuzzTest {
    @FuzzTest
    void reads_any_text_as_a_value(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.UTF_8);
        if (!RuntimeText.value(text).text().equals(text)) {
            throw new IllegalStateException("another text");
        }
    }

    @FuzzTest
    void reads_any_resource_as_a_layer_or_refuses_it(byte[] bytes) {
        RuntimeResource.read(Any.newBuilder()
                .setTypeUrl(RuntimeResource.TYPE_URL)
                .setValue(ByteString.copyFrom(bytes))
                .build());
    }
}
