package io.heddle.xds.read.cluster;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.GrpcHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.Payload;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.TlsOptions;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import io.envoyproxy.envoy.type.v3.Int64Range;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.HealthCheck.Content;
import io.heddle.traffic.resilience.health.HealthCheck.Header;
import io.heddle.traffic.resilience.health.HealthCheck.Intervals;
import io.heddle.traffic.resilience.health.HealthCheck.Jitter;
import io.heddle.traffic.resilience.health.HealthCheck.Logs;
import io.heddle.traffic.resilience.health.HealthCheck.Probe;
import io.heddle.traffic.resilience.health.HealthCheck.Statuses;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeaderEditReader;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads how hosts are asked whether they are well.
final class HealthCheckReader {
    private static final Fields<io.envoyproxy.envoy.config.core.v3.HealthCheck> CHECK = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.core.v3.HealthCheck.class)
            .reads("timeout", "interval", "unhealthy_threshold", "healthy_threshold")
            .reads("initial_jitter", "interval_jitter", "interval_jitter_percent")
            .reads("no_traffic_interval", "no_traffic_healthy_interval")
            .reads("unhealthy_interval", "unhealthy_edge_interval", "healthy_edge_interval")
            .reads("alt_port", "http_health_check", "tcp_health_check", "grpc_health_check")
            .limits("reuse_connection", "HTTP and gRPC; a TCP check always opens a connection")
            .reads("always_log_health_check_failures", "always_log_health_check_success")
            .reads("transport_socket_match_criteria", "event_log_path")
            .limits("event_logger", "`HealthCheckEventFileSink`; one file, with `event_log_path`")
            .reads("tls_options")
            .ignores("event_service");
    private static final Fields<TlsOptions> TLS_OPTIONS =
            Fields.refusingOthers(TlsOptions.class).reads("alpn_protocols");
    private static final Fields<HealthCheckEventFileSink> FILE_SINK =
            Fields.refusingOthers(HealthCheckEventFileSink.class).reads("event_log_path");
    private static final Fields<TypedExtensionConfig> LOGGER = Fields.refusingOthers(TypedExtensionConfig.class)
            .accepts("name", "for people")
            .reads("typed_config");
    private static final Fields<GrpcHealthCheck> GRPC = Fields.refusingOthers(GrpcHealthCheck.class)
            .reads("service_name", "authority")
            .limits("initial_metadata", "values without command operators");
    private static final Fields<HttpHealthCheck> HTTP = Fields.refusingOthers(HttpHealthCheck.class)
            .reads("host", "path", "method", "expected_statuses", "retriable_statuses")
            .reads("send", "receive", "service_name_matcher")
            .limits("response_buffer_size", "at most 65536, as with 0")
            .limits("request_headers_to_add", "values without command operators")
            .limits("codec_client_type", "`HTTP1`, `HTTP2`")
            .accepts("request_headers_to_remove", "a check's request has no header but those added");
    private static final Fields<TcpHealthCheck> TCP =
            Fields.refusingOthers(TcpHealthCheck.class).reads("send", "receive");
    private static final Fields<Payload> PAYLOAD =
            Fields.refusingOthers(Payload.class).limits("text", "hexadecimal").reads("binary");
    private static final Fields<Int64Range> STATUSES =
            Fields.refusingOthers(Int64Range.class).reads("start", "end");

    /// What of health checks is read.
    static final List<Fields<?>> FIELDS =
            List.of(CHECK, HTTP, TCP, GRPC, PAYLOAD, STATUSES, LOGGER, FILE_SINK, TLS_OPTIONS);

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String SINK = "envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink";
    private static final int LARGEST_PORT = 65_535;
    private static final int LONGEST_PROTOCOL = 255;
    private static final int DEFAULT_BUFFER = 1024;
    private static final int LARGEST_BUFFER = 64 * 1024;
    private static final Set<RequestMethod> WITH_BODY =
            Set.of(RequestMethod.POST, RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.OPTIONS);

    private HealthCheckReader() {}

    static HealthCheck read(io.envoyproxy.envoy.config.core.v3.HealthCheck message, Scope scope) {
        scope.check(message, CHECK);
        var timeout = required(message.hasTimeout(), message.getTimeout(), scope.at("timeout"));
        return new HealthCheck(
                timeout,
                intervals(message, scope),
                threshold(
                        message.hasUnhealthyThreshold(),
                        message.getUnhealthyThreshold(),
                        scope.at("unhealthy_threshold")),
                threshold(message.hasHealthyThreshold(), message.getHealthyThreshold(), scope.at("healthy_threshold")),
                !message.hasReuseConnection() || message.getReuseConnection().getValue(),
                port(message, scope.at("alt_port")),
                new Logs(
                        message.getAlwaysLogHealthCheckFailures(),
                        message.getAlwaysLogHealthCheckSuccess(),
                        file(message, scope)),
                probe(message, scope),
                message.hasTransportSocketMatchCriteria()
                        ? Optional.of(LabelReader.labels(message.getTransportSocketMatchCriteria()))
                        : Optional.empty(),
                protocols(message.getTlsOptions(), scope.at("tls_options")));
    }

    private static List<String> protocols(TlsOptions message, Scope scope) {
        scope.check(message, TLS_OPTIONS);
        for (int i = 0; i < message.getAlpnProtocolsCount(); i++) {
            var protocol = message.getAlpnProtocols(i);
            if (protocol.isEmpty() || protocol.length() > LONGEST_PROTOCOL || !isVisible(protocol)) {
                scope.at("alpn_protocols", i).error("is no protocol: " + protocol, "write for example http/1.1");
                return List.of();
            }
        }
        return message.getAlpnProtocolsList();
    }

    @SuppressWarnings("deprecation") // older configurations set event_log_path
    private static Optional<String> file(io.envoyproxy.envoy.config.core.v3.HealthCheck message, Scope scope) {
        var path = message.getEventLogPath();
        for (int i = 0; i < message.getEventLoggerCount(); i++) {
            var logger = message.getEventLogger(i);
            var here = scope.at("event_logger", i);
            here.check(logger, LOGGER);
            var config = here.at("typed_config");
            if (!Scope.type(logger.getTypedConfig()).equals(SINK)) {
                config.error("is of a type that is not known", "use a " + SINK);
                continue;
            }
            var sink = config.unpack(logger.getTypedConfig(), HealthCheckEventFileSink.parser());
            sink.ifPresent(found -> config.check(found, FILE_SINK));
            var named = sink.map(HealthCheckEventFileSink::getEventLogPath).orElse("");
            if (named.isEmpty()) {
                config.at("event_log_path").error("is missing", "name a file");
            } else if (!path.isEmpty() && !path.equals(named)) {
                config.at("event_log_path").error("is a second file: one is supported", "name one file");
            }
            path = named;
        }
        return path.isEmpty() ? Optional.empty() : Optional.of(path);
    }

    private static Intervals intervals(io.envoyproxy.envoy.config.core.v3.HealthCheck message, Scope scope) {
        var usual = required(message.hasInterval(), message.getInterval(), scope.at("interval"));
        var noTraffic = given(
                message.hasNoTrafficInterval(),
                message.getNoTrafficInterval(),
                MINUTE,
                scope.at("no_traffic_interval"));
        var unhealthy = given(
                message.hasUnhealthyInterval(), message.getUnhealthyInterval(), usual, scope.at("unhealthy_interval"));
        return new Intervals(
                usual,
                noTraffic,
                given(
                        message.hasNoTrafficHealthyInterval(),
                        message.getNoTrafficHealthyInterval(),
                        noTraffic,
                        scope.at("no_traffic_healthy_interval")),
                unhealthy,
                given(
                        message.hasUnhealthyEdgeInterval(),
                        message.getUnhealthyEdgeInterval(),
                        unhealthy,
                        scope.at("unhealthy_edge_interval")),
                given(
                        message.hasHealthyEdgeInterval(),
                        message.getHealthyEdgeInterval(),
                        usual,
                        scope.at("healthy_edge_interval")),
                new Jitter(
                        Values.duration(message.getInitialJitter(), Duration.ZERO, scope.at("initial_jitter")),
                        Values.duration(message.getIntervalJitter(), Duration.ZERO, scope.at("interval_jitter")),
                        percent(message.getIntervalJitterPercent(), scope.at("interval_jitter_percent"))));
    }

    /// Envoy sets no limit; a thousand times the interval is more than anybody means.
    private static int percent(int message, Scope scope) {
        if (message < 0 || message > 100_000) {
            scope.error("is too much: " + Integer.toUnsignedString(message), "write for example 20");
            return 0;
        }
        return message;
    }

    private static Duration required(boolean present, com.google.protobuf.Duration message, Scope scope) {
        if (!present) {
            scope.error("is missing", "write for example 5s");
            return SECOND;
        }
        return given(true, message, SECOND, scope);
    }

    private static Duration given(
            boolean present, com.google.protobuf.Duration message, Duration otherwise, Scope scope) {
        if (!present) {
            return otherwise;
        }
        var duration = Values.duration(message, otherwise, scope);
        if (duration.compareTo(Duration.ofMillis(1)) < 0) {
            scope.error("is below 1 ms", "write for example 5s");
            return otherwise;
        }
        return duration;
    }

    private static int threshold(boolean present, UInt32Value message, Scope scope) {
        if (!present) {
            scope.error("is missing", "write for example 2");
            return 1;
        }
        return message.getValue() < 0 ? Integer.MAX_VALUE : message.getValue();
    }

    private static Optional<Integer> port(io.envoyproxy.envoy.config.core.v3.HealthCheck message, Scope scope) {
        if (!message.hasAltPort()) {
            return Optional.empty();
        }
        int port = message.getAltPort().getValue();
        if (port < 1 || port > LARGEST_PORT) {
            scope.error("is no port: " + Integer.toUnsignedString(port), "write 1 to 65535");
            return Optional.empty();
        }
        return Optional.of(port);
    }

    private static Probe probe(io.envoyproxy.envoy.config.core.v3.HealthCheck message, Scope scope) {
        return switch (message.getHealthCheckerCase()) {
            case HTTP_HEALTH_CHECK -> http(message.getHttpHealthCheck(), scope.at("http_health_check"));
            case TCP_HEALTH_CHECK -> tcp(message.getTcpHealthCheck(), scope.at("tcp_health_check"));
            case GRPC_HEALTH_CHECK -> grpc(message.getGrpcHealthCheck(), scope.at("grpc_health_check"));
            case CUSTOM_HEALTH_CHECK -> new Probe.Tcp("", List.of()); // refused already
            case HEALTHCHECKER_NOT_SET -> {
                scope.error("asks nothing", "set http_health_check, grpc_health_check or tcp_health_check");
                yield new Probe.Tcp("", List.of());
            }
        };
    }

    private static Probe http(HttpHealthCheck message, Scope scope) {
        scope.check(message, HTTP);
        if (!message.getPath().startsWith("/") || !isVisible(message.getPath())) {
            scope.at("path").error("is no path", "write for example /healthz");
        }
        if (!isVisible(message.getHost())) {
            scope.at("host").error("is no host", "write for example shop.example");
        }
        var expected = statuses(message.getExpectedStatusesList(), scope.at("expected_statuses"));
        return new Probe.Http(
                http2(message.getCodecClientType(), scope.at("codec_client_type")),
                method(message.getMethod(), scope.at("method")),
                message.getHost(),
                message.getPath(),
                headers(message.getRequestHeadersToAddList(), scope, "request_headers_to_add"),
                expected.isEmpty() ? List.of(new Statuses(200, 201)) : expected,
                statuses(message.getRetriableStatusesList(), scope.at("retriable_statuses")),
                content(message, scope));
    }

    private static Content content(HttpHealthCheck message, Scope scope) {
        if (!message.hasSend() && message.getReceiveCount() == 0 && !message.hasServiceNameMatcher()) {
            return Content.NONE;
        }
        if (message.hasSend() && !WITH_BODY.contains(message.getMethod())) {
            scope.at("send").error("goes with no " + message.getMethod(), "set method, for example to POST");
        }
        var receive = new ArrayList<String>();
        for (int i = 0; i < message.getReceiveCount(); i++) {
            receive.add(payload(message.getReceive(i), scope.at("receive", i)));
        }
        long wanted = message.hasResponseBufferSize()
                ? message.getResponseBufferSize().getValue()
                : DEFAULT_BUFFER;
        return new Content(
                message.hasSend() ? payload(message.getSend(), scope.at("send")) : "",
                receive,
                wanted == 0 || wanted > LARGEST_BUFFER ? LARGEST_BUFFER : (int) wanted,
                message.hasServiceNameMatcher()
                        ? MatcherReader.text(message.getServiceNameMatcher(), scope.at("service_name_matcher"))
                        : Optional.empty());
    }

    private static Probe grpc(GrpcHealthCheck message, Scope scope) {
        scope.check(message, GRPC);
        if (!isVisible(message.getAuthority())) {
            scope.at("authority").error("is no authority", "write for example shop.example");
        }
        return new Probe.Grpc(
                message.getServiceName(),
                message.getAuthority(),
                headers(message.getInitialMetadataList(), scope, "initial_metadata"));
    }

    static boolean isVisible(String text) {
        return text.chars().allMatch(octet -> octet > ' ' && octet < 127);
    }

    private static boolean http2(CodecClientType message, Scope scope) {
        return switch (message) {
            case HTTP1 -> false;
            case HTTP2 -> true;
            case HTTP3, UNRECOGNIZED -> {
                scope.error(message + " is not supported", "write HTTP1 or HTTP2");
                yield false;
            }
        };
    }

    private static String method(RequestMethod message, Scope scope) {
        return switch (message) {
            case METHOD_UNSPECIFIED -> "GET";
            case GET, HEAD, POST, PUT, DELETE, OPTIONS, TRACE, PATCH -> message.name();
            case CONNECT, UNRECOGNIZED -> {
                scope.error(message + " asks no host whether it is well", "write for example GET");
                yield "GET";
            }
        };
    }

    private static List<Header> headers(List<HeaderValueOption> options, Scope scope, String field) {
        var headers = new ArrayList<Header>();
        for (int i = 0; i < options.size(); i++) {
            var option = options.get(i);
            var here = scope.at(field, i);
            var value = option.getHeader().getValue();
            if (value.indexOf('%') >= 0) {
                here.at("header.value").error("has command operators", "write a text without %");
                continue;
            }
            var name = option.getHeader().getKey().toLowerCase(Locale.ROOT);
            HeaderEditReader.option(option, here).ifPresent(_ -> headers.add(new Header(name, value)));
        }
        return headers;
    }

    private static List<Statuses> statuses(List<Int64Range> messages, Scope scope) {
        var ranges = new ArrayList<Statuses>();
        for (int i = 0; i < messages.size(); i++) {
            var range = messages.get(i);
            var here = scope.at(i);
            here.check(range, STATUSES);
            if (range.getStart() < 100 || range.getEnd() > 600 || range.getStart() >= range.getEnd()) {
                here.error(
                        "is no range of statuses, which begin with 100 and end before 600",
                        "write for example start: 200, end: 300");
                continue;
            }
            ranges.add(new Statuses((int) range.getStart(), (int) range.getEnd()));
        }
        return ranges;
    }

    private static Probe tcp(TcpHealthCheck message, Scope scope) {
        scope.check(message, TCP);
        var receive = new ArrayList<String>();
        for (int i = 0; i < message.getReceiveCount(); i++) {
            receive.add(payload(message.getReceive(i), scope.at("receive", i)));
        }
        return new Probe.Tcp(message.hasSend() ? payload(message.getSend(), scope.at("send")) : "", receive);
    }

    /// The octets, one character each.
    private static String payload(Payload message, Scope scope) {
        scope.check(message, PAYLOAD);
        return switch (message.getPayloadCase()) {
            case BINARY -> message.getBinary().toString(StandardCharsets.ISO_8859_1);
            case TEXT -> {
                try {
                    yield new String(HexFormat.of().parseHex(message.getText()), StandardCharsets.ISO_8859_1);
                } catch (IllegalArgumentException _) {
                    scope.at("text").error("is not hexadecimal", "write for example 50494E47");
                    yield "";
                }
            }
            case PAYLOAD_NOT_SET -> {
                scope.error("is empty", "set text or binary");
                yield "";
            }
        };
    }
}
