package io.heddle.proxy.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ZstdWindowTest {
    private static byte[] frame(int windowLog, boolean sized) {
        try (var context = new ZstdCompressCtx()) {
            context.setLevel(3).setWindowLog(windowLog).setContentSize(sized);
            var source = ByteBuffer.allocateDirect(1000);
            var target = ByteBuffer.allocateDirect(10_000);
            source.put("x".repeat(1000).getBytes(StandardCharsets.US_ASCII)).flip();
            if (sized) {
                context.setPledgedSrcSize(1000);
            }
            // The head is written before the end is known, so that the window is the one that was asked for.
            context.compressDirectByteBufferStream(target, source, sized ? EndDirective.END : EndDirective.FLUSH);
            context.compressDirectByteBufferStream(target, source, EndDirective.END);
            var bytes = new byte[target.position()];
            target.flip().get(bytes);
            return bytes;
        }
    }

    private static boolean admits(byte[] frame, int pieces) {
        var window = new ZstdWindow();
        boolean good = true;
        for (int start = 0; start < frame.length; start += pieces) {
            var piece = ByteBuffer.wrap(frame, start, Math.min(pieces, frame.length - start));
            good &= window.admits(piece, start == 0);
        }
        return good;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1000})
    void a_window_of_8_MiB_is_taken_and_a_larger_one_is_not_in_pieces_of_any_size(int pieces) {
        assertThat(admits(frame(23, false), pieces)).isTrue();
        assertThat(admits(frame(24, false), pieces)).isFalse();
        assertThat(admits(frame(27, false), pieces)).isFalse();
        assertThat(admits(frame(10, true), pieces)).isTrue();
    }

    @Test
    void a_single_segment_is_as_large_as_it_says() {
        byte[] large = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, (byte) 0xa0, 1, 0, (byte) 0x80, 0};
        assertThat(admits(large, 9)).isFalse();
        large[5] = 0;
        assertThat(admits(large, 9)).as("8 MiB").isTrue();
        byte[] skipped = {0x50, 0x2a, 0x4d, 0x18, (byte) 0xff, (byte) 0xff, 0, 0};
        assertThat(admits(skipped, 2)).isTrue();
    }
}
