package io.heddle.traffic.body;

/// How a body is compressed (RFC 9110, section 8.4.1), with the settings of who compresses it.
public sealed interface ContentCoding {
    /// Its name in `content-encoding` and `accept-encoding`.
    String token();

    /// gzip (RFC 1952).
    ///
    /// @param level 1 for speed to 9 for size; -1 for the library's choice
    /// @param strategy what kind of data is expected
    record Gzip(int level, Strategy strategy) implements ContentCoding {
        @Override
        public String token() {
            return "gzip";
        }
    }

    /// What kind of data gzip expects, as zlib's strategies.
    enum Strategy {
        DEFAULT,
        FILTERED,
        HUFFMAN_ONLY
    }

    /// Brotli (RFC 7932).
    ///
    /// @param quality 0 for speed to 11 for size
    /// @param window the binary logarithm of the window's size, 10 to 24
    record Brotli(int quality, int window) implements ContentCoding {
        @Override
        public String token() {
            return "br";
        }
    }

    /// Zstandard (RFC 8878).
    ///
    /// @param level 1 for speed to 22 for size
    /// @param checksum whether a checksum stands at the end
    record Zstd(int level, boolean checksum) implements ContentCoding {
        @Override
        public String token() {
            return "zstd";
        }
    }
}
