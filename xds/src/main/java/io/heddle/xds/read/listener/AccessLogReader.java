package io.heddle.xds.read.listener;

import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.heddle.traffic.reply.ReplyCondition;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.xds.read.core.BodyFormatReader;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads where requests are logged, and how.
final class AccessLogReader {
    private static final String FILE_LOG = "envoy.extensions.access_loggers.file.v3.FileAccessLog";
    private static final String STDOUT_LOG = "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog";

    private static final Fields<AccessLog> LOG = Fields.ignoringOthers(AccessLog.class)
            .reads("name")
            .limits("filter", "for extension, traceable and log type every request is logged, with a warning")
            .limits("typed_config", "files and standard output; others are left out, with a warning");
    private static final Fields<FileAccessLog> FILE = Fields.ignoringOthers(FileAccessLog.class)
            .reads("path", "format", "log_format")
            .limits("json_format", "fields with a text");
    private static final Fields<StdoutAccessLog> STDOUT =
            Fields.ignoringOthers(StdoutAccessLog.class).reads("log_format");

    /// What of access logs is read.
    static final List<Fields<?>> FIELDS = List.of(LOG, FILE, STDOUT);

    private AccessLogReader() {}

    static List<NetworkFilter.AccessLog> read(List<AccessLog> messages, Scope scope) {
        var logs = new ArrayList<NetworkFilter.AccessLog>();
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            var here = scope.at("access_log", i);
            here.check(message, LOG);
            var any = message.getTypedConfig();
            Optional<ReplyCondition> condition = message.hasFilter()
                    ? ReplyConditionReader.ofLog(message.getFilter(), here.at("filter"))
                    : Optional.empty();
            switch (Scope.type(any)) {
                case FILE_LOG ->
                    here.unpack(any, FileAccessLog.parser())
                            .map(log -> file(log, here.at("typed_config")).when(condition))
                            .ifPresent(logs::add);
                case STDOUT_LOG ->
                    here.unpack(any, StdoutAccessLog.parser())
                            .map(log ->
                                    standardOutput(log, here.at("typed_config")).when(condition))
                            .ifPresent(logs::add);
                default -> here.warning("access log " + message.getName() + " is not supported", "log to a file");
            }
        }
        return logs;
    }

    @SuppressWarnings("deprecation") // the formats in place came before `log_format` and are still written
    private static NetworkFilter.AccessLog file(FileAccessLog message, Scope scope) {
        scope.check(message, FILE);
        if (message.getPath().isEmpty()) {
            scope.at("path").error("is empty", "name a file, for example /dev/stdout");
        }
        if (message.hasJsonFormat()) {
            var json = json(message.getJsonFormat(), scope.at("json_format"));
            return log(message.getPath(), "", json);
        }
        return message.getFormat().isEmpty()
                ? formatted(message.getPath(), message.getLogFormat(), scope.at("log_format"))
                : log(message.getPath(), message.getFormat(), Map.of());
    }

    private static NetworkFilter.AccessLog log(String path, String format, Map<String, String> json) {
        return new NetworkFilter.AccessLog(path, format, json, Optional.empty());
    }

    private static NetworkFilter.AccessLog standardOutput(StdoutAccessLog message, Scope scope) {
        scope.check(message, STDOUT);
        return formatted("/dev/stdout", message.getLogFormat(), scope.at("log_format"));
    }

    @SuppressWarnings("deprecation") // `text_format` came before `text_format_source` and is still written
    private static NetworkFilter.AccessLog formatted(String path, SubstitutionFormatString message, Scope scope) {
        scope.check(message, BodyFormatReader.FORMAT);
        if (message.getOmitEmptyValues()) {
            scope.at("omit_empty_values").warning(Scope.NOT_SUPPORTED, "remove it; it has no effect");
        }
        if (!message.getContentType().isEmpty()) {
            scope.at("content_type").warning(Scope.NOT_SUPPORTED, "remove it; it has no effect");
        }
        return switch (message.getFormatCase()) {
            case TEXT_FORMAT -> log(path, message.getTextFormat(), Map.of());
            case TEXT_FORMAT_SOURCE -> {
                var text = Values.inline(message.getTextFormatSource(), scope.at("text_format_source"));
                yield log(path, text.orElse(""), Map.of());
            }
            case JSON_FORMAT -> log(path, "", json(message.getJsonFormat(), scope.at("json_format")));
            case FORMAT_NOT_SET -> log(path, "", Map.of());
        };
    }

    private static Map<String, String> json(Struct message, Scope scope) {
        var json = new HashMap<String, String>();
        message.getFieldsMap().forEach((key, value) -> {
            if (value.hasStringValue()) {
                json.put(key, value.getStringValue());
            } else {
                scope.at(key).warning("is no text and left out", "write a format text");
            }
        });
        return json;
    }
}
