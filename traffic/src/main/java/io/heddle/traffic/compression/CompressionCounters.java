package io.heddle.traffic.compression;

import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterCounter;

/// What a compressor or a decompressor counts in one direction, under Envoy's names.
///
/// @param done bodies that were changed
/// @param left bodies that were not
/// @param bytes what went in and what came out
public record CompressionCounters(FilterCounter done, FilterCounter left, BodyChange.Meter bytes) {
    /// Of a compressor; `root` is for example `envoy_http_compressor_text_gzip_response_`.
    public static CompressionCounters compressing(String root) {
        return new CompressionCounters(
                FilterCounter.ofManager(root + "compressed", "Bodies that were compressed."),
                FilterCounter.ofManager(root + "not_compressed", "Bodies that were not compressed."),
                new BodyChange.Meter(plain(root), compressed(root)));
    }

    /// Of a decompressor.
    public static CompressionCounters decompressing(String root) {
        return new CompressionCounters(
                FilterCounter.ofManager(root + "decompressed", "Bodies that were made plain."),
                FilterCounter.ofManager(root + "not_decompressed", "Bodies that were not made plain."),
                new BodyChange.Meter(compressed(root), plain(root)));
    }

    private static FilterCounter plain(String root) {
        return FilterCounter.ofManager(root + "total_uncompressed_bytes", "Bytes of plain bodies.");
    }

    private static FilterCounter compressed(String root) {
        return FilterCounter.ofManager(root + "total_compressed_bytes", "Bytes of compressed bodies.");
    }
}
