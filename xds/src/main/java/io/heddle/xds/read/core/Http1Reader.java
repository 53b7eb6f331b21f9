package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig.FormatterTypeOnEnvoyHeaders;
import io.heddle.traffic.runtime.Http1Options;
import io.heddle.traffic.runtime.Http1Options.NameCase;
import java.util.List;

/// Reads how HTTP/1.1 is spoken.
final class Http1Reader {
    private static final String PRESERVE_CASE =
            "envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig";

    private static final Fields<Http1ProtocolOptions> OPTIONS = Fields.ignoringOthers(Http1ProtocolOptions.class)
            .reads("header_key_format")
            .limits("allow_absolute_url", "of listeners; where it is off, such requests are answered 404")
            .limits("default_host_for_http_10", "of listeners")
            .limits("send_fully_qualified_url", "of clusters")
            .limits(
                    "override_stream_error_on_invalid_http_message",
                    "of listeners: for requests without a body that lack a `Host`, or have none that can be one")
            .accepts("accept_http_10", "HTTP/1.0 is always taken")
            .accepts("enable_trailers", "always on: trailers pass, but for those that frame, route or authenticate")
            .accepts("allow_custom_methods", "any method is taken")
            .accepts("use_balsa_parser", "there is one parser")
            .rejects("allow_chunked_length", "a request with both lengths is refused, whatever this says");
    private static final Fields<HeaderKeyFormat> KEY_FORMAT = Fields.refusingOthers(HeaderKeyFormat.class)
            .limits("proper_case_words", "names of trailers stay as they came")
            .limits("stateful_formatter", "`envoy.http.stateful_header_formatters.preserve_case`");
    private static final Fields<HeaderKeyFormat.ProperCaseWords> WORDS =
            Fields.refusingOthers(HeaderKeyFormat.ProperCaseWords.class);
    private static final Fields<TypedExtensionConfig> EXTENSION = Fields.refusingOthers(TypedExtensionConfig.class)
            .accepts("name", "for people")
            .limits("typed_config", "`PreserveCaseFormatterConfig`");
    private static final Fields<PreserveCaseFormatterConfig> PRESERVE = Fields.refusingOthers(
                    PreserveCaseFormatterConfig.class)
            .accepts("forward_reason_phrase", "always on")
            .limits("formatter_type_on_envoy_headers", "a header that is set anew is one of them, whatever came");

    /// What of HTTP/1.1 is read.
    static final List<Fields<?>> FIELDS = List.of(OPTIONS, KEY_FORMAT, WORDS, EXTENSION, PRESERVE);

    private Http1Reader() {}

    /// Whether connections outlive faults unless the options say otherwise, is `outlives`.
    static Http1Options read(Http1ProtocolOptions message, boolean outlives, Scope scope) {
        scope.check(message, OPTIONS);
        if (message.getAllowChunkedLength()) {
            scope.at("allow_chunked_length")
                    .error(
                            "would take requests that say two lengths, of which others on the way may believe the other",
                            "remove it");
        }
        return new Http1Options(
                message.hasHeaderKeyFormat()
                        ? names(message.getHeaderKeyFormat(), scope.at("header_key_format"))
                        : NameCase.RECEIVED,
                HeadTexts.authority(message.getDefaultHostForHttp10(), scope.at("default_host_for_http_10"))
                        .orElse(""),
                !message.hasAllowAbsoluteUrl() || message.getAllowAbsoluteUrl().getValue(),
                message.getSendFullyQualifiedUrl(),
                message.hasOverrideStreamErrorOnInvalidHttpMessage()
                        ? message.getOverrideStreamErrorOnInvalidHttpMessage().getValue()
                        : outlives);
    }

    private static NameCase names(HeaderKeyFormat message, Scope scope) {
        scope.check(message, KEY_FORMAT);
        return switch (message.getHeaderFormatCase()) {
            case PROPER_CASE_WORDS -> {
                scope.at("proper_case_words").check(message.getProperCaseWords(), WORDS);
                yield NameCase.PROPER;
            }
            case STATEFUL_FORMATTER -> formatter(message.getStatefulFormatter(), scope.at("stateful_formatter"));
            case HEADERFORMAT_NOT_SET -> {
                scope.error("says nothing", "set proper_case_words or stateful_formatter");
                yield NameCase.RECEIVED;
            }
        };
    }

    private static NameCase formatter(TypedExtensionConfig message, Scope scope) {
        scope.check(message, EXTENSION);
        var here = scope.at("typed_config");
        if (!Scope.type(message.getTypedConfig()).equals(PRESERVE_CASE)) {
            here.error(
                    Scope.type(message.getTypedConfig()) + " " + Scope.NOT_SUPPORTED,
                    "use PreserveCaseFormatterConfig, or proper_case_words");
            return NameCase.RECEIVED;
        }
        return here.unpack(message.getTypedConfig(), PreserveCaseFormatterConfig.parser())
                .map(found -> preserved(found, here))
                .orElse(NameCase.RECEIVED);
    }

    private static NameCase preserved(PreserveCaseFormatterConfig message, Scope scope) {
        scope.check(message, PRESERVE);
        if (message.getFormatterTypeOnEnvoyHeaders() == FormatterTypeOnEnvoyHeaders.UNRECOGNIZED) {
            scope.at("formatter_type_on_envoy_headers").error("is not known", "write DEFAULT or PROPER_CASE");
        }
        return message.getFormatterTypeOnEnvoyHeaders() == FormatterTypeOnEnvoyHeaders.PROPER_CASE
                ? NameCase.OWN_PROPER
                : NameCase.RECEIVED;
    }
}
