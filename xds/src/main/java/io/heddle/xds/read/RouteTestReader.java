package io.heddle.xds.read;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.set_metadata.v3.Metadata;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.check.RouteCheck;
import io.heddle.traffic.check.RouteTest;
import io.heddle.traffic.check.RouteTest.Aspect;
import io.heddle.traffic.check.RouteTest.Line;
import io.heddle.traffic.filter.SetMetadataFilter;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.RouteTable;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.MetadataReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import io.heddle.xds.read.route.RouteReader;
import io.heddle.xds.schema.TreeMessage;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads the two files of a check of routes, YAML or JSON: a route configuration, and tests in the format of
/// Envoy's router check tool (`RouterCheckToolSchema.Validation`).
public final class RouteTestReader {
    private static final String ROUTES = "RouteConfiguration";
    private static final String TESTS = "Tests";
    private static final Set<String> INPUT = Set.of(
            "authority",
            "path",
            "method",
            "random_value",
            "ssl",
            "internal",
            "runtime",
            "dynamic_metadata",
            "additional_headers",
            "additional_request_headers",
            "additional_response_headers");
    /// What else than texts a test may want.
    private static final Set<String> WANTED = Set.of(
            "header_fields",
            "custom_header_fields",
            "request_header_fields",
            "response_header_fields",
            "request_header_matches",
            "response_header_matches",
            "route_metadata");

    private RouteTestReader() {}

    /// The table of a route configuration. Clusters are only names here: whether they exist is not asked.
    public static Checked<RouteTable> table(String text) {
        return read(text, ROUTES, (tree, findings) -> {
            var scope = new Scope(findings, ROUTES, "");
            var bytes = YamlTree.bytes(RouteConfiguration.class, tree, scope);
            if (!findings.problems().isEmpty()) {
                return RouteTable.of("", List.of());
            }
            var message = RouteConfiguration.parseFrom(bytes);
            var object = message.getName().isEmpty() ? ROUTES : ROUTES + " " + message.getName();
            return RouteReader.read(message, scope.of(object));
        });
    }

    /// The tests of a test file.
    public static Checked<List<RouteTest>> tests(String text) {
        return read(text, TESTS, (tree, findings) -> {
            var scope = new Scope(findings, TESTS, "");
            if (!(tree instanceof Map<?, ?> file)) {
                scope.error("does not have the form that it should: it is no map", "write tests: and what they are");
                return List.of();
            }
            unknown(file, Set.of("runtime", "tests"), scope);
            if (file.containsKey("runtime")) {
                scope.at("runtime").warning("has no effect: there is no runtime", "remove it");
            }
            var items = list(file, "tests", scope);
            if (items.isEmpty()) {
                scope.at("tests").error("holds no test", "write at least one");
            }
            var tests = new ArrayList<RouteTest>();
            for (int i = 0; i < items.size(); i++) {
                tests.add(test(map(items.get(i), scope.at("tests", i)), scope.at("tests", i)));
            }
            return List.copyOf(tests);
        });
    }

    /// Makes something of a document.
    private interface Meaning<T> {
        T of(@Nullable Object tree, Findings findings) throws InvalidProtocolBufferException;
    }

    private static <T> Checked<T> read(String text, String object, Meaning<T> meaning) {
        var findings = new Findings();
        try {
            var found = meaning.of(YamlTree.read(text).root(), findings);
            return Checked.of(found, findings.problems());
        } catch (YamlEngineException e) {
            return Checked.rejected(
                    Problem.error(object, "", "is no YAML or JSON: " + YamlTree.words(e), "mend the file"));
        } catch (InvalidProtocolBufferException e) {
            return Checked.rejected(Problem.error(
                    object, "", "does not have the form that it should: " + e.getMessage(), "mend the file"));
        } catch (TreeMessage.TooLarge e) {
            return Checked.rejected(Problem.error(object, "", String.valueOf(e.getMessage()), "make it smaller"));
        }
    }

    private static RouteTest test(Map<?, ?> item, Scope scope) {
        unknown(item, Set.of("test_name", "input", "validate"), scope);
        var name = text(item, "test_name", scope);
        if (name.isEmpty()) {
            scope.at("test_name").error("is missing", "name the test");
        }
        var input = input(map(item.get("input"), scope.at("input")), scope.at("input"));
        var here = scope.at("validate");
        var wanted = map(item.get("validate"), here);
        if (wanted.isEmpty()) {
            here.error("says nothing", "say what must come of the request");
        }
        var texts = new EnumMap<Aspect, String>(Aspect.class);
        for (var key : wanted.keySet()) {
            var field = String.valueOf(key);
            aspect(field)
                    .ifPresentOrElse(
                            found -> texts.put(found, StringMatcher.octets(text(found, wanted, here))),
                            () -> known(field, here));
        }
        var requests = new ArrayList<>(matchers(wanted, "request_header_matches", here));
        requests.addAll(exact(wanted, "header_fields", here));
        requests.addAll(exact(wanted, "custom_header_fields", here));
        requests.addAll(exact(wanted, "request_header_fields", here));
        var responses = new ArrayList<>(matchers(wanted, "response_header_matches", here));
        responses.addAll(exact(wanted, "response_header_fields", here));
        return new RouteTest(name, input, texts, routeMetadata(wanted, here), requests, responses);
    }

    /// What a test says of one aspect, in the form in which [io.heddle.traffic.check.RouteCheck] has it.
    private static String text(Aspect aspect, Map<?, ?> wanted, Scope scope) {
        var field = aspect.field();
        return switch (aspect) {
            case CODE_REDIRECT -> {
                long code = number(wanted, field, scope);
                yield code == 0 ? "" : Long.toString(code);
            }
            case TIMEOUT ->
                message(Duration.class, Duration.parser(), wanted.get(field), scope.at(field))
                        .map(found ->
                                RouteCheck.seconds(Values.duration(found, java.time.Duration.ZERO, scope.at(field))))
                        .orElse("");
            case CLUSTER_NAME, VIRTUAL_CLUSTER_NAME, VIRTUAL_HOST_NAME, PATH_REWRITE, HOST_REWRITE, PATH_REDIRECT ->
                text(wanted, field, scope);
        };
    }

    private static List<RouteTest.RouteMetadata> routeMetadata(Map<?, ?> wanted, Scope scope) {
        var found = new ArrayList<RouteTest.RouteMetadata>();
        var values = list(wanted, "route_metadata", scope);
        for (int i = 0; i < values.size(); i++) {
            var here = scope.at("route_metadata", i);
            var value = map(values.get(i), here);
            unknown(value, Set.of("namespace", "key", "value"), here);
            found.add(new RouteTest.RouteMetadata(
                    needed(value, "namespace", here), needed(value, "key", here), text(value, "value", here)));
        }
        return found;
    }

    /// A message; empty, and told, where it is none.
    private static <M extends Message> Optional<M> message(
            Class<M> type, Parser<M> parser, @Nullable Object tree, Scope scope) {
        int before = scope.findings().problems().size();
        try {
            var found = parser.parseFrom(YamlTree.bytes(type, tree, scope));
            return scope.findings().problems().size() == before ? Optional.of(found) : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            scope.error("does not have the form that it should: " + e.getMessage(), "mend it");
            return Optional.empty();
        }
    }

    private static Optional<Aspect> aspect(String field) {
        for (var aspect : Aspect.values()) {
            if (aspect.field().equals(field)) {
                return Optional.of(aspect);
            }
        }
        return Optional.empty();
    }

    private static void known(String field, Scope scope) {
        if (!WANTED.contains(field)) {
            scope.at(field).error("is not known", "remove it");
        }
    }

    private static void unknown(Map<?, ?> message, Set<String> known, Scope scope) {
        for (var key : message.keySet()) {
            var field = String.valueOf(key);
            if (!known.contains(field)) {
                scope.at(field).error("is not known", "remove it");
            }
        }
    }

    private static RouteTest.Input input(Map<?, ?> input, Scope scope) {
        unknown(input, INPUT, scope);
        var authority = needed(input, "authority", scope);
        var path = needed(input, "path", scope);
        var headers = new ArrayList<>(lines(input, "additional_headers", scope));
        headers.addAll(lines(input, "additional_request_headers", scope));
        var method = text(input, "method", scope);
        return new RouteTest.Input(
                method.isEmpty() ? "GET" : method,
                StringMatcher.octets(authority),
                StringMatcher.octets(path),
                number(input, "random_value", scope),
                truth(input, "ssl", scope),
                truth(input, "internal", scope),
                text(input, "runtime", scope),
                metadata(input, scope),
                headers,
                lines(input, "additional_response_headers", scope));
    }

    /// Dynamic metadata, as the filter that sets it has it.
    private static List<SetMetadataFilter.Entry> metadata(Map<?, ?> input, Scope scope) {
        var found = new ArrayList<Metadata>();
        var values = list(input, "dynamic_metadata", scope);
        for (int i = 0; i < values.size(); i++) {
            message(Metadata.class, Metadata.parser(), values.get(i), scope.at("dynamic_metadata", i))
                    .ifPresent(found::add);
        }
        return MetadataReader.entries(found, scope, "dynamic_metadata");
    }

    private static long number(Map<?, ?> message, String field, Scope scope) {
        switch (message.get(field)) {
            case null -> {
                return 0;
            }
            case Integer number
            when number >= 0 -> {
                return number;
            }
            case Long number
            when number >= 0 -> {
                return number;
            }
            case BigInteger number
            when number.signum() >= 0 && number.bitLength() <= Long.SIZE -> {
                return number.longValue();
            }
            case String text
            when text.matches("[0-9]{1,20}") && new BigInteger(text).bitLength() <= Long.SIZE -> {
                return Long.parseUnsignedLong(text);
            }
            case Object _ -> {
                scope.at(field).error("is no whole number of 0 or more, of 64 bits", "write one");
                return 0;
            }
        }
    }

    private static boolean truth(Map<?, ?> message, String field, Scope scope) {
        var value = message.get(field);
        if (value != null && !(value instanceof Boolean)) {
            scope.at(field).error("is neither true nor false", "write true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    /// A text; what is none must not pass for an empty one, which says that there must be nothing.
    private static String text(Map<?, ?> message, String field, Scope scope) {
        var value = message.get(field);
        if (message.containsKey(field) && !(value instanceof String)) {
            scope.at(field).error("is no text", "write it in quotes");
        }
        return value instanceof String text ? text : "";
    }

    /// A text that must be there.
    private static String needed(Map<?, ?> message, String field, Scope scope) {
        var text = text(message, field, scope);
        if (text.isEmpty() && (!message.containsKey(field) || message.get(field) instanceof String)) {
            scope.at(field).error("is missing", "write it");
        }
        return text;
    }

    private static Map<?, ?> map(@Nullable Object value, Scope scope) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        if (value != null) {
            scope.error("has no fields", "write them");
        }
        return Map.of();
    }

    private static List<?> list(Map<?, ?> message, String field, Scope scope) {
        var value = message.get(field);
        if (value instanceof List<?> list) {
            return list;
        }
        if (message.containsKey(field)) {
            scope.at(field).error("is no list", "write a list");
        }
        return List.of();
    }

    /// Header lines: `{key: …, value: …}`, or as `header` of an option.
    private static List<Line> lines(Map<?, ?> message, String field, Scope scope) {
        var lines = new ArrayList<Line>();
        var values = list(message, field, scope);
        for (int i = 0; i < values.size(); i++) {
            var option = map(values.get(i), scope.at(field, i));
            boolean within = option.containsKey("header");
            var here = within ? scope.at(field, i).at("header") : scope.at(field, i);
            var line = within ? map(option.get("header"), here) : option;
            var name = text(line, "key", here);
            if (name.isEmpty()) {
                here.at("key").error("is missing", "name a header");
            } else {
                lines.add(new Line(
                        name.toLowerCase(Locale.ROOT), HeadTexts.value(text(line, "value", here), here.at("value"))));
            }
        }
        return lines;
    }

    /// Header lines that must be there as they stand; an empty value means that there must be none.
    private static List<io.heddle.traffic.match.HeaderMatcher> exact(Map<?, ?> message, String field, Scope scope) {
        return lines(message, field, scope).stream()
                .map(line -> new io.heddle.traffic.match.HeaderMatcher(
                        HeaderName.of(line.name()),
                        line.value().isEmpty()
                                ? new io.heddle.traffic.match.HeaderMatcher.Test.Present(false)
                                : new io.heddle.traffic.match.HeaderMatcher.Test.Value(
                                        new StringMatcher.Exact(line.value(), false)),
                        false,
                        false))
                .toList();
    }

    private static List<io.heddle.traffic.match.HeaderMatcher> matchers(Map<?, ?> message, String field, Scope scope) {
        var matchers = new ArrayList<io.heddle.traffic.match.HeaderMatcher>();
        var values = list(message, field, scope);
        for (int i = 0; i < values.size(); i++) {
            var here = scope.at(field, i);
            try {
                var matcher = HeaderMatcher.parseFrom(YamlTree.bytes(HeaderMatcher.class, values.get(i), here));
                MatcherReader.header(matcher, here).ifPresent(matchers::add);
            } catch (InvalidProtocolBufferException e) {
                here.error("is no header matcher: " + e.getMessage(), "write for example {name: x, exact_match: y}");
            }
        }
        return matchers;
    }
}
