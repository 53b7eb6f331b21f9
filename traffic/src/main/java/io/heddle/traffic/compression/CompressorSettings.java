package io.heddle.traffic.compression;

import io.heddle.traffic.body.ContentCoding;
import io.heddle.traffic.filter.FilterCounter;
import io.heddle.traffic.layer.RuntimeFlag;
import io.heddle.traffic.route.FilterOverride;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a compressor compresses, and how.
///
/// @param coding how
/// @param request which bodies of requests
/// @param response which bodies of answers
/// @param answers what holds for answers alone
/// @param preferred whether its coding wins where the client likes others as much (`choose_first`)
public record CompressorSettings(
        ContentCoding coding, Direction request, Direction response, Answers answers, boolean preferred) {
    /// The media types that are compressed where none are named.
    public static final Set<String> USUAL_TYPES = Set.of(
            "text/html",
            "text/plain",
            "text/css",
            "application/javascript",
            "application/x-javascript",
            "text/javascript",
            "text/x-javascript",
            "text/ecmascript",
            "text/js",
            "text/jscript",
            "text/x-js",
            "application/ecmascript",
            "application/x-json",
            "application/xml",
            "application/json",
            "image/svg+xml",
            "text/xml",
            "application/xhtml+xml",
            "application/grpc-web",
            "application/grpc-web+proto");

    /// One direction.
    ///
    /// @param enabled whether anything is compressed
    /// @param leastLength bodies that announce less are left as they are
    /// @param types media types in lower case
    /// @param counters what is counted
    public record Direction(RuntimeFlag enabled, long leastLength, Set<String> types, CompressionCounters counters) {
        public Direction {
            types = Set.copyOf(types);
        }

        boolean takes(String contentType) {
            return contentType.isEmpty() || types.contains(CodingHeaders.mediaType(contentType));
        }

        /// Whether a body of the length that `contentLength` says is long enough; one that nobody knows is.
        boolean isLong(String contentLength) {
            return contentLength.isEmpty()
                    || contentLength.length() > 18
                    || !contentLength.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Long.parseLong(contentLength) >= leastLength;
        }
    }

    /// What holds for answers.
    ///
    /// @param leavesEtags whether answers with an ETag are left as they are; else strong ones are taken off
    /// @param hidesAccept whether the application does not get to see what the client accepts
    /// @param leftStatuses answers with these statuses are left as they are
    /// @param why counts why answers are compressed or not
    public record Answers(boolean leavesEtags, boolean hidesAccept, List<Integer> leftStatuses, Reasons why) {
        public Answers {
            leftStatuses = List.copyOf(leftStatuses);
        }
    }

    /// Counters of why answers are compressed or not.
    ///
    /// @param noAccept the client says nothing of codings
    /// @param identity the client wants none
    /// @param used the client names this coding
    /// @param overshadowed the client names another one that there is
    /// @param wildcard the client takes any
    /// @param notValid the client accepts nothing that there is
    /// @param etag the answer has an ETag
    /// @param tooSmall the answer is too short
    public record Reasons(
            FilterCounter noAccept,
            FilterCounter identity,
            FilterCounter used,
            FilterCounter overshadowed,
            FilterCounter wildcard,
            FilterCounter notValid,
            FilterCounter etag,
            FilterCounter tooSmall) {
        /// Under `root`, for example `envoy_http_compressor_text_gzip_response_`.
        public static Reasons of(String root) {
            return new Reasons(
                    FilterCounter.ofManager(root + "no_accept_header", "Requests without accept-encoding."),
                    FilterCounter.ofManager(root + "header_identity", "Requests that want no coding."),
                    FilterCounter.ofManager(root + "header_compressor_used", "Requests that want this coding."),
                    FilterCounter.ofManager(
                            root + "header_compressor_overshadowed", "Requests that want another coding."),
                    FilterCounter.ofManager(root + "header_wildcard", "Requests that take any coding."),
                    FilterCounter.ofManager(root + "header_not_valid", "Requests that accept nothing there is."),
                    FilterCounter.ofManager(root + "not_compressed_etag", "Answers left alone for their ETag."),
                    FilterCounter.ofManager(root + "content_length_too_small", "Answers that are too short."));
        }
    }

    /// What a route changes (Envoy's `CompressorPerRoute.overrides`).
    ///
    /// @param compressesAnswers whether answers are compressed whatever the filter says
    /// @param hidesAccept in place of the filter's; empty for that
    public record PerRoute(boolean compressesAnswers, Optional<Boolean> hidesAccept) implements FilterOverride {}
}
