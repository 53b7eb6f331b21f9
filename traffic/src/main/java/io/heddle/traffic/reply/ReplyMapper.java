package io.heddle.traffic.reply;

import io.heddle.traffic.format.HeaderChange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What becomes of certain answers made here, as Envoy's `ResponseMapper`.
///
/// @param condition which answers
/// @param status the HTTP status they get, 200 to 599; empty leaves it
/// @param body the text they get; empty leaves it
/// @param format how their body is written, rather than as that of others; empty for as others
/// @param headers what changes in their heads
public record ReplyMapper(
        ReplyCondition condition,
        OptionalInt status,
        Optional<String> body,
        Optional<BodyFormat> format,
        List<HeaderChange> headers) {
    public ReplyMapper {
        headers = List.copyOf(headers);
    }
}
