package io.heddle.traffic.format;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.metadata.ValueText;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import java.util.List;
import java.util.Optional;

/// One part of a [SubstitutionFormat]: text as it stands, or a command operator. Texts stand as one char per
/// octet.
sealed interface FormatPart
        permits FormatPart.Text,
                FormatPart.Value,
                FormatPart.RequestHeader,
                FormatPart.ResponseHeader,
                FormatPart.QueryParameter,
                FormatPart.Metadata,
                FormatPart.State,
                FormatPart.Nothing,
                DerivedPart {
    /// No limit to the length of a value.
    int UNLIMITED = Integer.MAX_VALUE;

    /// Appends this part; nothing when there is nothing to say.
    void append(FormatSource source, StringBuilder out);

    /// Text as it stands.
    record Text(String text) implements FormatPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            out.append(text);
        }
    }

    /// An operator without arguments.
    ///
    /// @param longest how many characters it may have; what is beyond is cut off
    record Value(Operator operator, int longest) implements FormatPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            source.append(operator, out);
            cut(out, start, longest);
        }
    }

    /// `%REQ(first?second):longest%`: the first of some request headers that is there. `:method`, `:path`,
    /// `:authority` (or `host`) and `:scheme` mean those parts of the request.
    ///
    /// @param query whether the query stays in the value (`REQ_WITHOUT_QUERY` takes it off)
    record RequestHeader(List<HeaderName> names, int longest, boolean query) implements FormatPart {
        private static final HeaderName SCHEME = HeaderName.of(":scheme");

        public RequestHeader {
            names = List.copyOf(names);
        }

        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            for (int i = 0; i < names.size() && out.length() == start; i++) {
                append(names.get(i), source, out);
            }
            int mark = query ? -1 : out.indexOf("?", start);
            if (mark >= 0) {
                out.setLength(mark);
            }
            cut(out, start, longest);
        }

        private static void append(HeaderName name, FormatSource source, StringBuilder out) {
            if (name.equals(SCHEME)) {
                source.append(Operator.SCHEME, out);
                return;
            }
            long span = found(name, source);
            if (Span.isPresent(span)) {
                octets(source.request(), span, out);
            } else {
                source.appendOwn(name, out);
            }
        }

        private static long found(HeaderName name, FormatSource source) {
            return source.hides(name) ? Span.ABSENT : source.request().part(name);
        }

        private boolean anyIsThere(FormatSource source) {
            return names.stream().anyMatch(name -> Span.isPresent(found(name, source)));
        }
    }

    /// `%RESP(first?second):longest%` or, of trailers, `%TRAILER(first?second):longest%`. `:status` is the status
    /// sent to the client.
    record ResponseHeader(List<HeaderName> names, int longest, boolean trailers) implements FormatPart {
        private static final HeaderName STATUS = HeaderName.of(":status");

        public ResponseHeader {
            names = List.copyOf(names);
        }

        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            for (int i = 0; i < names.size() && out.length() == start; i++) {
                append(names.get(i), source, out);
            }
            cut(out, start, longest);
        }

        private void append(HeaderName name, FormatSource source, StringBuilder out) {
            if (name.equals(STATUS)) {
                source.append(Operator.RESPONSE_CODE, out);
                return;
            }
            var fields = fields(source);
            long span = fields.header(name);
            if (Span.isPresent(span)) {
                octets(fields, span, out);
            }
        }

        private HeaderFields fields(FormatSource source) {
            return trailers ? source.trailers() : source.response();
        }

        private boolean anyIsThere(FormatSource source) {
            return names.stream().anyMatch(name -> Span.isPresent(fields(source).header(name)));
        }
    }

    /// `%QUERY_PARAM(name):longest%`: the value of the first parameter of that name in the query, percent-decoded,
    /// one char an octet.
    record QueryParameter(String name, int longest) implements FormatPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            value(source).ifPresent(value -> out.append(value, 0, Math.min(value.length(), longest)));
        }

        private Optional<String> value(FormatSource source) {
            var head = source.request();
            var path = Span.isPresent(head.path()) ? Span.text(head.bytes(), head.path()) : "";
            int at = path.indexOf('?') + 1;
            while (at > 0 && at <= path.length()) {
                int end = path.indexOf('&', at);
                int stop = end < 0 ? path.length() : end;
                int equals = path.indexOf('=', at);
                int nameEnd = equals < 0 || equals > stop ? stop : equals;
                if (nameEnd - at == name.length() && path.startsWith(name, at)) {
                    int from = Math.min(nameEnd + 1, stop);
                    return Optional.of(Percent.decoded(path.substring(from, stop)));
                }
                at = end + 1;
            }
            return Optional.empty();
        }
    }

    /// `%DYNAMIC_METADATA(namespace:path…):longest%` and the like: a text as it stands, other values as JSON.
    record Metadata(MetadataOwner owner, String namespace, List<String> path, int longest) implements FormatPart {
        public Metadata {
            path = List.copyOf(path);
        }

        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            source.metadata(owner, namespace, path).ifPresent(value -> plain(value, out));
            cut(out, start, longest);
        }
    }

    /// `%FILTER_STATE(key:kind):longest%`.
    ///
    /// @param typed whether the value is written as JSON, texts in quotes, too
    record State(String key, boolean typed, int longest) implements FormatPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            source.state().kept(key).ifPresent(kept -> {
                if (typed) {
                    ValueText.json(kept.typed(), out);
                } else {
                    out.append(StringMatcher.octets(kept.plain()));
                }
            });
            cut(out, start, longest);
        }
    }

    /// Appends what the operator says as a JSON value, where that is none of text; false, and nothing, where it is.
    default boolean appendJson(FormatSource source, StringBuilder out) {
        return switch (this) {
            case Metadata(var owner, var namespace, var path, int _) ->
                json(source.metadata(owner, namespace, path), out);
            case State(var key, boolean typed, int _) ->
                typed && json(source.state().kept(key).map(RequestState.Kept::typed), out);
            case Value(Operator operator, int _) -> {
                int start = out.length();
                if (operator.isNumber()) {
                    source.append(operator, out);
                }
                yield out.length() > start;
            }
            case DerivedPart part -> part.appendNumber(source, out);
            case Text _, RequestHeader _, ResponseHeader _, QueryParameter _, Nothing _ -> false;
        };
    }

    /// Whether what it says, if that is an empty text, is said at all: a header may be there without a value.
    default boolean isThere(FormatSource source) {
        return switch (this) {
            case Text _ -> true;
            case RequestHeader header -> header.anyIsThere(source);
            case ResponseHeader header -> header.anyIsThere(source);
            case QueryParameter parameter -> parameter.value(source).isPresent();
            case Value(Operator operator, int _) -> operator == Operator.LOCAL_REPLY_BODY;
            case DerivedPart _, Metadata _, State _, Nothing _ -> false;
        };
    }

    /// Whether a request's head is all that it asks for.
    default boolean isOfHead() {
        return switch (this) {
            case Text _, QueryParameter _ -> true;
            case RequestHeader header -> !header.names().contains(RequestHeader.SCHEME);
            case DerivedPart part -> part.asksHeadAlone();
            case Value _, ResponseHeader _, Metadata _, State _, Nothing _ -> false;
        };
    }

    /// Whether it asks for lines of the answer or for trailers.
    default boolean asksAnswer() {
        return switch (this) {
            case ResponseHeader header -> header.names().stream().anyMatch(name -> !name.equals(ResponseHeader.STATUS));
            case DerivedPart.First(var parts, int _) -> parts.stream().anyMatch(FormatPart::asksAnswer);
            case Text _, Value _, RequestHeader _, QueryParameter _, Metadata _, State _, Nothing _ -> false;
            case DerivedPart _ -> false;
        };
    }

    private static boolean json(Optional<LabelValue> value, StringBuilder out) {
        value.ifPresent(found -> ValueText.json(found, out));
        return value.isPresent();
    }

    private static void plain(LabelValue value, StringBuilder out) {
        if (value instanceof LabelValue.Text(String text)) {
            out.append(StringMatcher.octets(text));
        } else {
            ValueText.json(value, out);
        }
    }

    /// An operator over something that no request has here: it never says anything.
    record Nothing() implements FormatPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            // There is nothing to say.
        }
    }

    private static void octets(HeaderFields fields, long span, StringBuilder out) {
        var bytes = fields.bytes();
        for (int i = Span.start(span); i < Span.end(span); i++) {
            out.append((char) (bytes[i] & 0xff));
        }
    }

    /// Cuts what stands in `out` from `start` on to `longest` characters.
    static void cut(StringBuilder out, int start, int longest) {
        if (out.length() - start > longest) {
            out.setLength(start + longest);
        }
    }
}
