package io.heddle.xds.read.listener;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import io.heddle.traffic.reply.BodyFormat;
import io.heddle.traffic.reply.ReplyMapper;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.xds.read.core.BodyFormatReader;
import io.heddle.xds.read.core.DataSourceReader;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeaderEditReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads what becomes of answers made here.
final class LocalReplyReader {
    private static final Fields<LocalReplyConfig> CONFIG =
            Fields.refusingOthers(LocalReplyConfig.class).reads("mappers", "body_format");
    private static final Fields<ResponseMapper> MAPPER = Fields.refusingOthers(ResponseMapper.class)
            .reads("filter", "body_format_override")
            .limits("status_code", "200 to 599")
            .limits("body", "given in place")
            .limits("headers_to_add", "at most 1000");

    /// What of local replies is read.
    static final List<Fields<?>> FIELDS = List.of(CONFIG, MAPPER);

    private static final int MOST_HEADERS = 1000;

    private LocalReplyReader() {}

    static ReplyRules read(LocalReplyConfig message, Scope scope) {
        scope.check(message, CONFIG);
        var mappers = new ArrayList<ReplyMapper>();
        for (int i = 0; i < message.getMappersCount(); i++) {
            mapper(message.getMappers(i), scope.at("mappers", i)).ifPresent(mappers::add);
        }
        Optional<BodyFormat> format = message.hasBodyFormat()
                ? BodyFormatReader.read(message.getBodyFormat(), scope.at("body_format"))
                : Optional.empty();
        return new ReplyRules(mappers, format);
    }

    private static Optional<ReplyMapper> mapper(ResponseMapper message, Scope scope) {
        scope.check(message, MAPPER);
        if (message.getHeadersToAddCount() > MOST_HEADERS) {
            scope.at("headers_to_add").error("has more than " + MOST_HEADERS + " entries", "write fewer");
            return Optional.empty();
        }
        var status = message.hasStatusCode()
                ? status(message.getStatusCode().getValue(), scope.at("status_code"))
                : OptionalInt.empty();
        Optional<String> body =
                message.hasBody() ? DataSourceReader.text(message.getBody(), scope.at("body")) : Optional.empty();
        Optional<BodyFormat> format = message.hasBodyFormatOverride()
                ? BodyFormatReader.read(message.getBodyFormatOverride(), scope.at("body_format_override"))
                : Optional.empty();
        var headers = HeaderEditReader.options(message.getHeadersToAddList(), scope, "headers_to_add");
        return ReplyConditionReader.read(message.getFilter(), scope.at("filter"))
                .map(condition -> new ReplyMapper(condition, status, body, format, headers));
    }

    private static OptionalInt status(int status, Scope scope) {
        if (status < 200 || status > 599) {
            scope.error("is no status: " + Integer.toUnsignedString(status), "write 200 to 599");
            return OptionalInt.empty();
        }
        return OptionalInt.of(status);
    }
}
