package io.heddle.traffic.format;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.request.HeaderName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Reads the operators whose value is worked out of something else ([DerivedPart]).
final class DerivedPartReader {
    /// Those that have a value of their own where they stand without arguments.
    private static final Set<String> ALSO_PLAIN = Set.of(
            "RESPONSE_CODE_DETAILS",
            "REQUESTED_SERVER_NAME",
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT");
    private static final Set<String> NAMES = Set.of(
            "START_TIME",
            "START_TIME_LOCAL",
            "EMIT_TIME",
            "EMIT_TIME_LOCAL",
            "DOWNSTREAM_PEER_CERT_V_START",
            "DOWNSTREAM_PEER_CERT_V_END",
            "UPSTREAM_PEER_CERT_V_START",
            "UPSTREAM_PEER_CERT_V_END",
            "GRPC_STATUS",
            "COMMON_DURATION",
            "ENVIRONMENT",
            "QUERY_PARAMS",
            "COALESCE");
    private static final HeaderName ORIGINAL_HOST = HeaderName.of("x-envoy-original-host");
    private static final HeaderName AUTHORITY = HeaderName.of(":authority");
    private static final int LONGEST_PREFIX = 128;

    private final String arguments;
    private final int longest;

    private DerivedPartReader(String arguments, int longest) {
        this.arguments = arguments;
        this.longest = longest;
    }

    /// Whether the operator called `name` is such a one, if it stands with arguments (`called`) or without.
    static boolean has(String name, boolean called) {
        return NAMES.contains(name) || (called && ALSO_PLAIN.contains(name));
    }

    /// That operator; empty when its arguments are none of it.
    static Optional<FormatPart> read(String name, String arguments, int longest) {
        return new DerivedPartReader(arguments, longest).part(name);
    }

    private Optional<FormatPart> part(String name) {
        return switch (name) {
            case "START_TIME" -> time(Moment.START, false);
            case "START_TIME_LOCAL" -> time(Moment.START, true);
            case "EMIT_TIME" -> time(Moment.EMIT, false);
            case "EMIT_TIME_LOCAL" -> time(Moment.EMIT, true);
            case "DOWNSTREAM_PEER_CERT_V_START" -> time(Moment.DOWNSTREAM_PEER_START, false);
            case "DOWNSTREAM_PEER_CERT_V_END" -> time(Moment.DOWNSTREAM_PEER_END, false);
            case "UPSTREAM_PEER_CERT_V_START" -> time(Moment.UPSTREAM_PEER_START, false);
            case "UPSTREAM_PEER_CERT_V_END" -> time(Moment.UPSTREAM_PEER_END, false);
            case "GRPC_STATUS" -> grpc();
            case "COMMON_DURATION" -> duration();
            case "ENVIRONMENT" ->
                arguments.isEmpty() ? Optional.empty() : Optional.of(new DerivedPart.Environment(arguments, longest));
            case "QUERY_PARAMS" -> query();
            case "COALESCE" -> OperatorListReader.read(arguments).flatMap(this::first);
            case "RESPONSE_CODE_DETAILS" ->
                Optional.of(new FormatPart.Value(Operator.RESPONSE_CODE_DETAILS, longest)); // They have no spaces here.
            case "REQUESTED_SERVER_NAME" -> serverName();
            case "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" -> network(Operator.DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT);
            case "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" ->
                network(Operator.DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT);
            default -> throw new IllegalArgumentException("no operator of these: " + name);
        };
    }

    private Optional<FormatPart> time(Moment moment, boolean local) {
        var format = local && arguments.isEmpty() ? Optional.of(TimeFormat.LOCAL) : TimeFormat.of(arguments);
        return format.map(found -> new DerivedPart.Time(moment, found, local));
    }

    private Optional<FormatPart> grpc() {
        return switch (arguments) {
            case "", "CAMEL_STRING" -> Optional.of(new DerivedPart.GrpcStatus(false, longest));
            case "SNAKE_STRING" -> Optional.of(new DerivedPart.GrpcStatus(true, longest));
            case "NUMBER" -> Optional.of(new FormatPart.Value(Operator.GRPC_STATUS_NUMBER, longest));
            default -> Optional.empty();
        };
    }

    private Optional<FormatPart> query() {
        return switch (arguments) {
            case "", "ORIG" -> Optional.of(new DerivedPart.Query(false, longest));
            case "DECODED" -> Optional.of(new DerivedPart.Query(true, longest));
            default -> Optional.empty();
        };
    }

    private Optional<FormatPart> duration() {
        var words = arguments.split(":", -1);
        if (words.length < 2 || words.length > 3) {
            return Optional.empty();
        }
        var unit = words.length == 2 ? Optional.of(TimeUnit.MILLISECONDS) : unit(words[2]);
        var from = point(words[0]);
        var to = point(words[1]);
        return unit.isEmpty() || from.isEmpty() || to.isEmpty()
                ? Optional.empty()
                : Optional.of(new DerivedPart.Duration(from.get(), to.get(), unit.get(), longest));
    }

    private static Optional<TimeUnit> unit(String text) {
        return switch (text) {
            case "ms" -> Optional.of(TimeUnit.MILLISECONDS);
            case "us" -> Optional.of(TimeUnit.MICROSECONDS);
            case "ns" -> Optional.of(TimeUnit.NANOSECONDS);
            default -> Optional.empty();
        };
    }

    private static Optional<TimePoint> point(String name) {
        return Arrays.stream(TimePoint.values())
                .filter(point -> point.name().equals(name))
                .findFirst();
    }

    /// The first of `operators` that says something; nothing when one of them is none.
    private Optional<FormatPart> first(List<String> operators) {
        var parts = new ArrayList<FormatPart>();
        for (var operator : operators) {
            if (!(SubstitutionFormat.of("%" + operator + "%")
                            instanceof Checked.Ok<SubstitutionFormat>(var format, var _))
                    || !format.isOperator()
                    || operator.startsWith("COALESCE")) {
                return Optional.empty();
            }
            parts.addAll(format.parts());
        }
        return Optional.of(new DerivedPart.First(parts, longest));
    }

    /// `order:host`, which may be left out: the SNI name or the host that the request names, of what came or of what
    /// came to a proxy before.
    private Optional<FormatPart> serverName() {
        var words = arguments.split(":", -1);
        var hosts = switch (words.length > 1 ? words[1] : "") {
            case "", "ORIG_OR_HOST" -> List.of(ORIGINAL_HOST, AUTHORITY);
            case "ORIG" -> List.of(ORIGINAL_HOST);
            case "HOST" -> List.of(AUTHORITY);
            default -> List.<HeaderName>of();
        };
        if (hosts.isEmpty() || words.length > 2) {
            return Optional.empty();
        }
        var asked = new FormatPart.Value(Operator.REQUESTED_SERVER_NAME, FormatPart.UNLIMITED);
        var host = new FormatPart.RequestHeader(hosts, FormatPart.UNLIMITED, true);
        return switch (words[0]) {
            case "", "SNI_ONLY" -> Optional.of(new FormatPart.Value(Operator.REQUESTED_SERVER_NAME, longest));
            case "SNI_FIRST" -> Optional.of(new DerivedPart.First(List.of(asked, host), longest));
            case "HOST_FIRST" -> Optional.of(new DerivedPart.First(List.of(host, asked), longest));
            default -> Optional.empty();
        };
    }

    private Optional<FormatPart> network(Operator address) {
        boolean number = !arguments.isEmpty()
                && arguments.length() <= 3
                && arguments.chars().allMatch(c -> c >= '0' && c <= '9');
        int bits = number ? Integer.parseInt(arguments) : LONGEST_PREFIX + 1;
        return bits > LONGEST_PREFIX ? Optional.empty() : Optional.of(new DerivedPart.Network(address, bits, longest));
    }
}
