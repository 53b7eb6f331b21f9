package io.heddle.traffic.filter;

import io.heddle.traffic.body.ByteRate;
import io.heddle.traffic.body.ContentCoding;
import io.heddle.traffic.body.TransferDelays;
import java.util.Optional;

/// What becomes of a body on its way through the proxy, as a stream: pieces in, pieces out. The proxy does it.
public sealed interface BodyChange {
    /// Whether the body has as many bytes afterwards as before.
    default boolean keepsLength() {
        return false;
    }

    /// What goes in and what comes out, counted in bytes.
    ///
    /// @param in counts bytes before the change
    /// @param out counts bytes after it
    record Meter(FilterCounter in, FilterCounter out) {}

    /// The body is compressed. What has come by then is passed on whenever the sender pauses.
    record Compress(ContentCoding coding, Meter meter) implements BodyChange {}

    /// The body is made plain.
    ///
    /// @param coding the coding it comes in
    /// @param library the name that the trailers bear which tell both sizes
    /// @param mostRatio how many times as large as it came a body may become; a larger one is cut off as an attack
    /// @param meter counts compressed bytes in and plain bytes out
    record Decompress(ContentCoding coding, String library, int mostRatio, Meter meter) implements BodyChange {}

    /// The body is made plain from base64, as clients of gRPC-Web send it in its text form.
    record FromBase64() implements BodyChange {}

    /// A gRPC answer becomes one of gRPC-Web: its trailers become a last frame of the body.
    ///
    /// @param text whether all of it becomes base64
    record ToGrpcWeb(boolean text) implements BodyChange {}

    /// An answer that is none of gRPC becomes one of gRPC-Web that failed: the body becomes a last frame that tells so.
    ///
    /// @param text whether all of it becomes base64
    /// @param status the gRPC status that it tells
    /// @param quotes whether it tells the beginning of the body as its message
    record ToGrpcWebFailure(boolean text, int status, boolean quotes) implements BodyChange {}

    /// Nothing but being looked at: `message` is run once for each gRPC message, when its length is known.
    record CountMessages(Runnable message) implements BodyChange {
        @Override
        public boolean keepsLength() {
            return true;
        }
    }

    /// The body goes no faster than a rate.
    ///
    /// @param rate how fast
    /// @param request whether it is a request's
    /// @param delays where it is noted how long it took, which trailers of an answer tell; empty tells nothing
    /// @param enforced counts bodies that were held back
    /// @param bytes what came, and what went on; empty counts nothing
    record Limit(
            ByteRate rate,
            boolean request,
            Optional<TransferDelays> delays,
            Optional<FilterCounter> enforced,
            Optional<Meter> bytes)
            implements BodyChange {
        /// Trailers need a body in chunks.
        @Override
        public boolean keepsLength() {
            return request || delays.isEmpty();
        }
    }
}
