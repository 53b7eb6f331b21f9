package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.Compressor;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorOverrides;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.ResponseDirectionOverrides;
import io.envoyproxy.envoy.extensions.filters.http.decompressor.v3.Decompressor;
import io.heddle.traffic.body.ContentCoding;
import io.heddle.traffic.compression.CompressionCounters;
import io.heddle.traffic.compression.CompressorFilter;
import io.heddle.traffic.compression.CompressorSettings;
import io.heddle.traffic.compression.DecompressorFilter;
import io.heddle.traffic.layer.RuntimeFlag;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads which bodies are compressed, and which are made plain.
final class CompressionReader {
    private static final int USUAL_LENGTH = 30;

    private static final Fields<Compressor> COMPRESSOR = Fields.refusingOthers(Compressor.class)
            .reads("compressor_library", "request_direction_config", "response_direction_config", "choose_first")
            .refuses("content_length", "content_type", "disable_on_etag_header", "remove_accept_encoding_header")
            .refuses("runtime_enabled");
    private static final Fields<Compressor.RequestDirectionConfig> REQUEST =
            Fields.refusingOthers(Compressor.RequestDirectionConfig.class).reads("common_config");
    private static final Fields<Compressor.ResponseDirectionConfig> RESPONSE = Fields.refusingOthers(
                    Compressor.ResponseDirectionConfig.class)
            .reads("common_config", "disable_on_etag_header", "remove_accept_encoding_header")
            .reads("uncompressible_response_codes")
            .ignores("status_header_enabled");
    private static final Fields<Compressor.CommonDirectionConfig> COMMON = Fields.refusingOthers(
                    Compressor.CommonDirectionConfig.class)
            .reads("enabled", "min_content_length", "content_type");
    private static final Fields<CompressorPerRoute> ROUTE =
            Fields.refusingOthers(CompressorPerRoute.class).reads("disabled", "overrides");
    private static final Fields<CompressorOverrides> OVERRIDES = Fields.refusingOthers(CompressorOverrides.class)
            .reads("response_direction_config")
            .refuses("compressor_library");
    private static final Fields<ResponseDirectionOverrides> RESPONSE_OVERRIDES =
            Fields.refusingOthers(ResponseDirectionOverrides.class).reads("remove_accept_encoding_header");
    private static final Fields<Decompressor> DECOMPRESSOR = Fields.refusingOthers(Decompressor.class)
            .reads("decompressor_library", "request_direction_config", "response_direction_config");
    private static final Fields<Decompressor.RequestDirectionConfig> PLAIN_REQUEST = Fields.refusingOthers(
                    Decompressor.RequestDirectionConfig.class)
            .reads("common_config", "advertise_accept_encoding");
    private static final Fields<Decompressor.ResponseDirectionConfig> PLAIN_RESPONSE =
            Fields.refusingOthers(Decompressor.ResponseDirectionConfig.class).reads("common_config");
    private static final Fields<Decompressor.CommonDirectionConfig> PLAIN_COMMON = Fields.refusingOthers(
                    Decompressor.CommonDirectionConfig.class)
            .reads("enabled", "ignore_no_transform_header");

    /// What of compression is read.
    static final List<Fields<?>> FIELDS = List.of(
            COMPRESSOR,
            REQUEST,
            RESPONSE,
            COMMON,
            ROUTE,
            OVERRIDES,
            RESPONSE_OVERRIDES,
            DECOMPRESSOR,
            PLAIN_REQUEST,
            PLAIN_RESPONSE,
            PLAIN_COMMON);

    private CompressionReader() {}

    static Optional<CompressorFilter> compressor(String name, Compressor message, Scope scope) {
        scope.check(message, COMPRESSOR);
        var library = message.getCompressorLibrary();
        var coding = CodingReader.compressor(library, scope.at("compressor_library"));
        var token = coding.map(ContentCoding::token).orElse("");
        var root = "envoy_http_compressor_" + metric(library.getName()) + metric(encoder(token));
        var request = message.getRequestDirectionConfig();
        var requestScope = scope.at("request_direction_config");
        requestScope.check(request, REQUEST);
        var response = message.getResponseDirectionConfig();
        var responseScope = scope.at("response_direction_config");
        responseScope.check(response, RESPONSE);
        var responseRoot = root + (message.hasResponseDirectionConfig() ? "response_" : "");
        var requests = direction(
                request.getCommonConfig(),
                message.hasRequestDirectionConfig(),
                CompressionCounters.compressing(root + "request_"),
                requestScope.at("common_config"));
        var answers = direction(
                response.getCommonConfig(),
                true,
                CompressionCounters.compressing(responseRoot),
                responseScope.at("common_config"));
        var own = new CompressorSettings.Answers(
                response.getDisableOnEtagHeader(),
                response.getRemoveAcceptEncodingHeader(),
                response.getUncompressibleResponseCodesList(),
                CompressorSettings.Reasons.of(responseRoot));
        return coding.map(found -> new CompressorFilter(
                name, new CompressorSettings(found, requests, answers, own, message.getChooseFirst())));
    }

    /// A name as a part of a metric's, with `_` after it; nothing for none.
    private static String metric(String name) {
        return name.isEmpty() ? "" : name.replaceAll("[^a-zA-Z0-9_]", "_") + "_";
    }

    private static String encoder(String token) {
        return token.equals("br") ? "brotli" : token;
    }

    private static CompressorSettings.Direction direction(
            Compressor.CommonDirectionConfig message, boolean wanted, CompressionCounters counters, Scope scope) {
        scope.check(message, COMMON);
        long least = message.hasMinContentLength()
                ? Integer.toUnsignedLong(message.getMinContentLength().getValue())
                : USUAL_LENGTH;
        return new CompressorSettings.Direction(
                wanted ? Values.flag(message.getEnabled(), scope.at("enabled")) : RuntimeFlag.OFF,
                least,
                message.getContentTypeCount() == 0
                        ? CompressorSettings.USUAL_TYPES
                        : lowerCase(message.getContentTypeList()),
                counters);
    }

    private static Set<String> lowerCase(List<String> types) {
        var all = new HashSet<String>();
        types.forEach(type -> all.add(type.toLowerCase(Locale.ROOT)));
        return all;
    }

    static FilterOverride route(CompressorPerRoute message, Scope scope) {
        scope.check(message, ROUTE);
        return switch (message.getOverrideCase()) {
            case OVERRIDES -> overrides(message.getOverrides(), scope.at("overrides"));
            case DISABLED, OVERRIDE_NOT_SET -> {
                if (!message.getDisabled()) {
                    scope.error("says nothing", "set disabled to true, or overrides");
                }
                yield new FilterOverride.Disabled();
            }
        };
    }

    private static FilterOverride overrides(CompressorOverrides message, Scope scope) {
        scope.check(message, OVERRIDES);
        var response = message.getResponseDirectionConfig();
        scope.at("response_direction_config").check(response, RESPONSE_OVERRIDES);
        return new CompressorSettings.PerRoute(
                message.hasResponseDirectionConfig(),
                response.hasRemoveAcceptEncodingHeader()
                        ? Optional.of(response.getRemoveAcceptEncodingHeader().getValue())
                        : Optional.empty());
    }

    static Optional<DecompressorFilter> decompressor(String name, Decompressor message, Scope scope) {
        scope.check(message, DECOMPRESSOR);
        var library = message.getDecompressorLibrary();
        var found = CodingReader.decompressor(library, scope.at("decompressor_library"));
        var token = found.map(plain -> plain.coding().token()).orElse("");
        var root = "envoy_http_decompressor_" + metric(library.getName()) + metric(encoder(token));
        var request = message.getRequestDirectionConfig();
        scope.at("request_direction_config").check(request, PLAIN_REQUEST);
        var response = message.getResponseDirectionConfig();
        scope.at("response_direction_config").check(response, PLAIN_RESPONSE);
        boolean advertises = !request.hasAdvertiseAcceptEncoding()
                || request.getAdvertiseAcceptEncoding().getValue();
        var requests = plain(request.getCommonConfig(), root + "request_", scope.at("request_direction_config"));
        var answers = plain(response.getCommonConfig(), root + "response_", scope.at("response_direction_config"));
        return found.map(plain -> new DecompressorFilter(
                name,
                new DecompressorFilter.Settings(
                        plain.coding(), library.getName(), plain.mostRatio(), advertises, requests, answers)));
    }

    private static DecompressorFilter.Direction plain(
            Decompressor.CommonDirectionConfig message, String root, Scope scope) {
        var here = scope.at("common_config");
        here.check(message, PLAIN_COMMON);
        return new DecompressorFilter.Direction(
                Values.flag(message.getEnabled(), here.at("enabled")),
                message.getIgnoreNoTransformHeader(),
                CompressionCounters.decompressing(root));
    }
}
