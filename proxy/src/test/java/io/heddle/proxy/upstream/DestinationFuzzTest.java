package io.heddle.proxy.upstream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// Destinations that foreigners write in a header: whatever they hold, they are the address of a
/// socket, or nothing.
final class DestinationFuzzTest {
    @FuzzTest
    void reads_anything_without_failing(byte[] data) {
        var found = OriginalDestinations.parse(new String(data, StandardCharsets.ISO_8859_1));
        if (found.isPresent() && (found.get().isUnresolved() || found.get().getPort() == 0)) {
            throw new IllegalStateException("is no address of a socket: " + found.get());
        }
    }
}
