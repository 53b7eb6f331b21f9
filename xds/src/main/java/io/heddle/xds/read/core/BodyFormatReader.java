package io.heddle.xds.read.core;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.heddle.traffic.format.JsonFormat;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.metadata.ValueText;
import io.heddle.traffic.reply.BodyFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Reads how the bodies of answers made here are written. Whatever of a format cannot be honoured is an error.
public final class BodyFormatReader {
    /// What of formats is read, those of access logs too.
    public static final Fields<SubstitutionFormatString> FORMAT = Fields.ignoringOthers(SubstitutionFormatString.class)
            .reads("text_format", "text_format_source")
            .limits("json_format", "in access logs fields with a text")
            .limits("omit_empty_values", "in bodies; ignored in access logs")
            .limits("content_type", "in bodies; ignored in access logs")
            .accepts("json_format_options", "members always stand in the order of their names");

    /// What of formats is read.
    static final List<Fields<?>> FIELDS = List.of(FORMAT);

    private static final int DEEPEST = 32;

    private BodyFormatReader() {}

    /// How a body is written; empty, and an error, where it could not be as the format says.
    @SuppressWarnings("deprecation") // `text_format` came before `text_format_source` and is still written
    public static Optional<BodyFormat> read(SubstitutionFormatString message, Scope scope) {
        scope.check(message, FORMAT);
        if (message.getFormattersCount() > 0) {
            scope.at("formatters").error("are not supported", "remove them; the body could not be written");
        }
        return switch (message.getFormatCase()) {
            case TEXT_FORMAT -> text(message.getTextFormat(), "text_format", message, scope);
            case TEXT_FORMAT_SOURCE ->
                DataSourceReader.text(message.getTextFormatSource(), scope.at("text_format_source"))
                        .flatMap(text -> text(text, "text_format_source", message, scope));
            case JSON_FORMAT ->
                object(message.getJsonFormat(), scope.at("json_format"), 0)
                        .map(found -> format(new BodyFormat.Shape.Json(found), message, "application/json", scope));
            case FORMAT_NOT_SET -> {
                scope.error("has no format", "set text_format_source or json_format");
                yield Optional.empty();
            }
        };
    }

    private static Optional<BodyFormat> text(String text, String field, SubstitutionFormatString message, Scope scope) {
        return compiled(text, scope.at(field))
                .map(found -> format(new BodyFormat.Shape.Text(found), message, "text/plain", scope));
    }

    private static BodyFormat format(
            BodyFormat.Shape shape, SubstitutionFormatString message, String standard, Scope scope) {
        var type = message.getContentType();
        return new BodyFormat(
                shape,
                message.getOmitEmptyValues(),
                type.isEmpty() ? standard : HeadTexts.value(type, scope.at("content_type")));
    }

    private static Optional<SubstitutionFormat> compiled(String text, Scope scope) {
        return FormatReader.read(MatcherReader.octets(text), scope);
    }

    private static Optional<JsonFormat> object(Struct message, Scope scope, int depth) {
        var members = new ArrayList<JsonFormat.Member>();
        boolean whole = true;
        for (var entry : new TreeMap<>(message.getFieldsMap()).entrySet()) {
            var value = value(entry.getValue(), scope.at(entry.getKey()), depth + 1);
            whole &= value.isPresent();
            value.ifPresent(found -> members.add(new JsonFormat.Member(MatcherReader.octets(entry.getKey()), found)));
        }
        return whole ? Optional.of(new JsonFormat.Members(members)) : Optional.empty();
    }

    private static Optional<JsonFormat> value(Value message, Scope scope, int depth) {
        if (depth > DEEPEST) {
            scope.error("is nested more than " + DEEPEST + " deep", "write fewer levels");
            return Optional.empty();
        }
        return switch (message.getKindCase()) {
            case STRING_VALUE -> compiled(message.getStringValue(), scope).map(JsonFormat.Text::new);
            case STRUCT_VALUE -> object(message.getStructValue(), scope, depth);
            case LIST_VALUE -> {
                var elements = new ArrayList<JsonFormat>();
                for (int i = 0; i < message.getListValue().getValuesCount(); i++) {
                    value(message.getListValue().getValues(i), scope.at(i), depth + 1)
                            .ifPresent(elements::add);
                }
                yield elements.size() == message.getListValue().getValuesCount()
                        ? Optional.of(new JsonFormat.Elements(elements))
                        : Optional.empty();
            }
            case BOOL_VALUE -> Optional.of(new JsonFormat.Literal(Boolean.toString(message.getBoolValue())));
            case NUMBER_VALUE -> Optional.of(new JsonFormat.Literal(ValueText.number(message.getNumberValue())));
            case NULL_VALUE, KIND_NOT_SET -> Optional.of(new JsonFormat.Literal("null"));
        };
    }
}
