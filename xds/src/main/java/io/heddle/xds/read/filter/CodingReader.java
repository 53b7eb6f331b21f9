package io.heddle.xds.read.filter;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.compression.brotli.compressor.v3.Brotli;
import io.envoyproxy.envoy.extensions.compression.gzip.compressor.v3.Gzip;
import io.envoyproxy.envoy.extensions.compression.zstd.compressor.v3.Zstd;
import io.heddle.traffic.body.ContentCoding;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import java.util.List;
import java.util.Optional;

/// Reads which library compresses, or makes plain, and how.
final class CodingReader {
    private static final String COMPRESSION = "envoy.extensions.compression.";
    private static final int WINDOW = 18;
    private static final int QUALITY = 3;
    private static final int ZSTD_LEVEL = 3;
    private static final int MOST_ZSTD = 22;
    private static final int USUAL_RATIO = 100;
    private static final String OWN_BUFFERS = "buffers are the proxy's own; 4096 to 65536 are taken";

    private static final Fields<Gzip> GZIP = Fields.refusingOthers(Gzip.class)
            .reads("compression_level")
            .limits("compression_strategy", "not `RLE` and `FIXED`")
            .accepts("memory_level", "always 8; 1 to 9 are taken")
            .accepts("window_bits", "always 15, which every client can read; 9 to 15 are taken")
            .accepts("chunk_size", OWN_BUFFERS);
    private static final Fields<Brotli> BROTLI = Fields.refusingOthers(Brotli.class)
            .limits("quality", "0 to 11")
            .limits("window_bits", "10 to 24")
            .accepts("encoder_mode", "always `GENERIC`")
            .accepts("input_block_bits", "the library's choice; 16 to 24 are taken")
            .accepts("disable_literal_context_modeling", "the library's choice")
            .accepts("chunk_size", OWN_BUFFERS);
    private static final Fields<Zstd> ZSTD = Fields.refusingOthers(Zstd.class)
            .limits("compression_level", "1 to 22")
            .reads("enable_checksum")
            .accepts("strategy", "the one of the level")
            .accepts("chunk_size", OWN_BUFFERS)
            .refuses("dictionary");
    private static final Fields<io.envoyproxy.envoy.extensions.compression.gzip.decompressor.v3.Gzip> GUNZIP =
            Fields.refusingOthers(io.envoyproxy.envoy.extensions.compression.gzip.decompressor.v3.Gzip.class)
                    .limits("max_inflate_ratio", "1 to 1032")
                    .accepts("window_bits", "every window is read; 9 to 15 are taken")
                    .accepts("chunk_size", OWN_BUFFERS);
    private static final Fields<io.envoyproxy.envoy.extensions.compression.brotli.decompressor.v3.Brotli> UNBROTLI =
            Fields.refusingOthers(io.envoyproxy.envoy.extensions.compression.brotli.decompressor.v3.Brotli.class)
                    .accepts("disable_ring_buffer_reallocation", "buffers are the proxy's own")
                    .accepts("chunk_size", OWN_BUFFERS);
    private static final Fields<io.envoyproxy.envoy.extensions.compression.zstd.decompressor.v3.Zstd> UNZSTD =
            Fields.refusingOthers(io.envoyproxy.envoy.extensions.compression.zstd.decompressor.v3.Zstd.class)
                    .accepts("chunk_size", OWN_BUFFERS)
                    .refuses("dictionaries");

    /// What of compression libraries is read.
    static final List<Fields<?>> FIELDS = List.of(GZIP, BROTLI, ZSTD, GUNZIP, UNBROTLI, UNZSTD);

    private CodingReader() {}

    /// A coding to be made plain, and how much larger a body may become.
    record Plain(ContentCoding coding, int mostRatio) {}

    /// How a compressor compresses; empty, and an error, for a library that there is not.
    static Optional<ContentCoding> compressor(TypedExtensionConfig message, Scope scope) {
        var here = scope.at("typed_config");
        var any = message.getTypedConfig();
        return switch (kind(any)) {
            case "gzip.compressor.v3.Gzip" -> here.unpack(any, Gzip.parser()).map(found -> gzip(found, here));
            case "brotli.compressor.v3.Brotli" ->
                here.unpack(any, Brotli.parser()).map(found -> brotli(found, here));
            case "zstd.compressor.v3.Zstd" -> here.unpack(any, Zstd.parser()).map(found -> zstd(found, here));
            default -> unknown(any, here);
        };
    }

    /// What a decompressor makes plain.
    static Optional<Plain> decompressor(TypedExtensionConfig message, Scope scope) {
        var here = scope.at("typed_config");
        var any = message.getTypedConfig();
        return switch (kind(any)) {
            case "gzip.decompressor.v3.Gzip" ->
                here.unpack(any, io.envoyproxy.envoy.extensions.compression.gzip.decompressor.v3.Gzip.parser())
                        .map(found -> gunzip(found, here));
            case "brotli.decompressor.v3.Brotli" ->
                here.unpack(any, io.envoyproxy.envoy.extensions.compression.brotli.decompressor.v3.Brotli.parser())
                        .map(found -> {
                            here.check(found, UNBROTLI);
                            chunk(found.hasChunkSize(), found.getChunkSize(), here);
                            return new Plain(new ContentCoding.Brotli(QUALITY, WINDOW), USUAL_RATIO);
                        });
            case "zstd.decompressor.v3.Zstd" ->
                here.unpack(any, io.envoyproxy.envoy.extensions.compression.zstd.decompressor.v3.Zstd.parser())
                        .map(found -> {
                            here.check(found, UNZSTD);
                            chunk(found.hasChunkSize(), found.getChunkSize(), here);
                            return new Plain(new ContentCoding.Zstd(ZSTD_LEVEL, false), USUAL_RATIO);
                        });
            default -> unknown(any, here);
        };
    }

    private static String kind(Any any) {
        var type = Scope.type(any);
        return type.startsWith(COMPRESSION) ? type.substring(COMPRESSION.length()) : "";
    }

    private static <T> Optional<T> unknown(Any any, Scope scope) {
        var type = Scope.type(any);
        scope.error(
                type.isEmpty() ? "is missing" : "the library " + type + " is not supported",
                "write gzip, Brotli or Zstandard");
        return Optional.empty();
    }

    private static ContentCoding gzip(Gzip message, Scope scope) {
        scope.check(message, GZIP);
        given(message.hasMemoryLevel(), message.getMemoryLevel(), 1, 9, scope.at("memory_level"));
        given(message.hasWindowBits(), message.getWindowBits(), 9, 15, scope.at("window_bits"));
        chunk(message.hasChunkSize(), message.getChunkSize(), scope);
        int level = message.getCompressionLevelValue();
        if (level < 0 || level > 9) {
            scope.at("compression_level").error("is not known: " + level, "write for example BEST_SPEED");
        }
        var strategy = switch (message.getCompressionStrategy()) {
            case DEFAULT_STRATEGY -> ContentCoding.Strategy.DEFAULT;
            case FILTERED -> ContentCoding.Strategy.FILTERED;
            case HUFFMAN_ONLY -> ContentCoding.Strategy.HUFFMAN_ONLY;
            case RLE, FIXED, UNRECOGNIZED -> {
                scope.at("compression_strategy")
                        .error("is not supported", "write DEFAULT_STRATEGY, FILTERED or HUFFMAN_ONLY");
                yield ContentCoding.Strategy.DEFAULT;
            }
        };
        return new ContentCoding.Gzip(level < 1 || level > 9 ? -1 : level, strategy);
    }

    private static ContentCoding brotli(Brotli message, Scope scope) {
        scope.check(message, BROTLI);
        given(message.hasInputBlockBits(), message.getInputBlockBits(), 16, 24, scope.at("input_block_bits"));
        chunk(message.hasChunkSize(), message.getChunkSize(), scope);
        int quality = message.hasQuality() ? message.getQuality().getValue() : QUALITY;
        int window = message.hasWindowBits() ? message.getWindowBits().getValue() : WINDOW;
        return new ContentCoding.Brotli(
                within(quality, 0, 11, QUALITY, scope.at("quality")),
                within(window, 10, 24, WINDOW, scope.at("window_bits")));
    }

    private static ContentCoding zstd(Zstd message, Scope scope) {
        scope.check(message, ZSTD);
        if (message.getStrategy() == Zstd.Strategy.UNRECOGNIZED) {
            scope.at("strategy").error("is not known: " + message.getStrategyValue(), "write for example DEFAULT");
        }
        chunk(message.hasChunkSize(), message.getChunkSize(), scope);
        int level =
                message.hasCompressionLevel() ? message.getCompressionLevel().getValue() : ZSTD_LEVEL;
        return new ContentCoding.Zstd(
                within(level, 1, MOST_ZSTD, ZSTD_LEVEL, scope.at("compression_level")), message.getEnableChecksum());
    }

    private static Plain gunzip(
            io.envoyproxy.envoy.extensions.compression.gzip.decompressor.v3.Gzip message, Scope scope) {
        scope.check(message, GUNZIP);
        given(message.hasWindowBits(), message.getWindowBits(), 9, 15, scope.at("window_bits"));
        chunk(message.hasChunkSize(), message.getChunkSize(), scope);
        int ratio = message.hasMaxInflateRatio() ? message.getMaxInflateRatio().getValue() : USUAL_RATIO;
        return new Plain(
                new ContentCoding.Gzip(-1, ContentCoding.Strategy.DEFAULT),
                within(ratio, 1, 1032, USUAL_RATIO, scope.at("max_inflate_ratio")));
    }

    /// Reports a number that is given and is none that may be; nothing follows from it here.
    private static void given(boolean there, UInt32Value message, int least, int most, Scope scope) {
        if (there) {
            within(message.getValue(), least, most, least, scope);
        }
    }

    private static void chunk(boolean there, UInt32Value message, Scope scope) {
        given(there, message, 4096, 65_536, scope.at("chunk_size"));
    }

    private static int within(int value, int least, int most, int otherwise, Scope scope) {
        if (value < least || value > most) {
            scope.error("is out of range: " + Integer.toUnsignedString(value), "write " + least + " to " + most);
            return otherwise;
        }
        return value;
    }
}
