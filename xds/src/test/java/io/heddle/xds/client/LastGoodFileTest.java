package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.heddle.xds.resource.ResourceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LastGoodFileTest {
    private static final ResourceSet SET =
            ResourceSet.of(Cluster.newBuilder().setName("catalog").build());

    @TempDir
    private Path folder;

    @Test
    void gives_back_what_was_written_last() throws IOException {
        var file = new LastGoodFile(folder.resolve("last-good"));
        assertThat(file.read()).isEmpty();
        file.write(ResourceSet.EMPTY);
        file.write(SET);
        assertThat(file.read()).contains(SET);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void recognises_every_flipped_bit_and_every_cut() {
        var bytes = LastGoodFile.encode(SET);
        for (int i = 0; i < bytes.length; i++) {
            var damaged = bytes.clone();
            damaged[i] ^= 4;
            assertThatThrownBy(() -> LastGoodFile.decode(damaged)).isInstanceOf(IOException.class);
            var cut = java.util.Arrays.copyOf(bytes, i);
            assertThatThrownBy(() -> LastGoodFile.decode(cut)).isInstanceOf(IOException.class);
        }
    }

    @FuzzTest
    void reads_or_refuses_any_bytes(byte[] bytes) {
        try {
            LastGoodFile.decode(bytes);
            LastGoodFile.resources(bytes);
        } catch (IOException _) {
            return; // refused with a reason
        }
    }
}
