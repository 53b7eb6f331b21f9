package io.heddle.proxy.body;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.github.luben.zstd.util.Native;
import io.heddle.traffic.body.ContentCoding;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/// The content codings that this proxy can do. gzip is the JDK's; Brotli and Zstandard need a library of the platform.
public final class Codings {
    private static final LongAdder IN_USE = new LongAdder();

    private Codings() {}

    /// How many bodies are being compressed or made plain now. What is not let go of stays counted.
    public static long inUse() {
        return IN_USE.sum();
    }

    static void begun() {
        IN_USE.increment();
    }

    static void ended() {
        IN_USE.decrement();
    }

    /// Why a coding cannot be had here; empty when it can. The first time it is asked for, its library is loaded.
    public static Optional<String> missing(ContentCoding coding) {
        return switch (coding) {
            case ContentCoding.Gzip _ -> Optional.empty();
            case ContentCoding.Brotli _ -> Brotli.MISSING;
            case ContentCoding.Zstd _ -> Zstd.MISSING;
        };
    }

    static Encoder encoder(ContentCoding coding) {
        return switch (coding) {
            case ContentCoding.Gzip gzip -> new GzipEncoder(gzip);
            case ContentCoding.Brotli brotli -> new BrotliEncoder(brotli);
            case ContentCoding.Zstd zstd -> new ZstdEncoder(zstd);
        };
    }

    static Decoder decoder(ContentCoding coding) {
        return switch (coding) {
            case ContentCoding.Gzip _ -> new GzipDecoder();
            case ContentCoding.Brotli _ -> new BrotliDecoder();
            case ContentCoding.Zstd _ -> new ZstdDecoder();
        };
    }

    private static String platform() {
        return System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    }

    /// Loads the library of Brotli.
    private static final class Brotli {
        static final Optional<String> MISSING = load();

        private static Optional<String> load() {
            try {
                return Brotli4jLoader.isAvailable()
                        ? Optional.empty()
                        : Optional.of("the library brotli4j has nothing for " + platform());
            } catch (LinkageError gone) {
                return Optional.of("the library brotli4j is not there");
            }
        }
    }

    /// Loads the library of Zstandard.
    private static final class Zstd {
        static final Optional<String> MISSING = load();

        private static Optional<String> load() {
            try {
                Native.load();
                return Optional.empty();
            } catch (LinkageError gone) {
                return Optional.of("the library zstd-jni is not there, or has nothing for " + platform());
            }
        }
    }
}
