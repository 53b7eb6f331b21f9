package io.heddle.traffic.reply;

import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.JsonFormat;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/// How the body of an answer made here is written, as Envoy's `core.v3.SubstitutionFormatString`.
///
/// @param shape what it is made of
/// @param omitEmpty whether what says nothing is left out, rather than being `-` in a text and `null` in JSON
/// @param contentType the answer's `content-type`
public record BodyFormat(Shape shape, boolean omitEmpty, String contentType) {
    /// What a body is made of.
    public sealed interface Shape {
        /// A text with command operators.
        record Text(SubstitutionFormat format) implements Shape {}

        /// A JSON value with command operators in its texts; a line break follows it.
        record Json(JsonFormat format) implements Shape {}
    }

    /// `reply` with its body written like this.
    ///
    /// @param source the request, with `%LOCAL_REPLY_BODY%` being the body of `reply`; octets of what is written
    ///     that are no UTF-8 are replaced
    public LocalReply write(LocalReply reply, FormatSource source) {
        var headers = new ArrayList<>(reply.headers());
        headers.add(new HeaderEdit(HeaderEdit.Action.SET, HeaderName.CONTENT_TYPE, contentType));
        return new LocalReply(
                reply.status(),
                new String(body(source).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8),
                headers,
                reply.flag(),
                reply.details(),
                reply.denial(),
                reply.grpcStatus());
    }

    /// The body for a request, octets as one char each.
    private String body(FormatSource source) {
        var out = new StringBuilder();
        switch (shape) {
            case Shape.Text(var format) -> {
                if (omitEmpty) {
                    format.append(source, out);
                } else {
                    format.appendDashed(source, out);
                }
            }
            case Shape.Json(var format) -> {
                format.append(source, omitEmpty, out);
                out.append('\n');
            }
        }
        return out.toString();
    }
}
