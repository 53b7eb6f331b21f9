package io.heddle.dialect.limit;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// Whatever a file holds, its reader answers with limits or with problems.
final class LimitsFileFuzzTest {
    @FuzzTest
    void reads_any_text_as_limits_or_refuses_it(byte[] bytes) {
        var _ = LimitsFileReader.read("limits.yaml", new String(bytes, StandardCharsets.UTF_8));
    }
}
