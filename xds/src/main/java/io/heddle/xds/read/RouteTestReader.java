package io.heddle.xds.read;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.check.RouteTest;
import io.heddle.traffic.check.RouteTest.Aspect;
import io.heddle.traffic.check.RouteTest.Line;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.RouteTable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
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
            "additional_headers",
            "additional_request_headers",
            "additional_response_headers");
    private static final Set<String> LINES = Set.of("header_fields", "custom_header_fields");
    private static final Set<String> MATCHERS = Set.of("request_header_matches", "response_header_matches");

    private RouteTestReader() {}

    /// The table of a route configuration. Clusters are only names here: whether they exist is not asked.
    public static Checked<RouteTable> table(String text) {
        var message = RouteConfiguration.newBuilder();
        var problem = parse(text, ROUTES, message);
        if (problem.isPresent()) {
            return Checked.rejected(problem.get());
        }
        var findings = new Findings();
        var object = message.getName().isEmpty() ? ROUTES : ROUTES + " " + message.getName();
        var table = RouteReader.read(message.build(), new Scope(findings, object, ""));
        return Checked.of(table, findings.problems());
    }

    /// The tests of a test file.
    public static Checked<List<RouteTest>> tests(String text) {
        var file = Struct.newBuilder();
        var problem = parse(text, TESTS, file);
        if (problem.isPresent()) {
            return Checked.rejected(problem.get());
        }
        var findings = new Findings();
        var scope = new Scope(findings, TESTS, "");
        var items = list(file.build(), "tests", scope);
        if (items.isEmpty()) {
            scope.at("tests").error("holds no test", "write at least one");
        }
        var tests = new ArrayList<RouteTest>();
        for (int i = 0; i < items.size(); i++) {
            test(items.get(i).getStructValue(), scope.at("tests", i)).ifPresent(tests::add);
        }
        return Checked.of(List.copyOf(tests), findings.problems());
    }

    private static Optional<Problem> parse(String text, String object, com.google.protobuf.Message.Builder message) {
        try {
            var json = YamlTree.read(text).json();
            JsonFormat.parser()
                    .usingTypeRegistry(ExtensionTypes.registry(json.types()))
                    .merge(json.text(), message);
            return Optional.empty();
        } catch (YamlEngineException e) {
            return Optional.of(Problem.error(object, "", "is no YAML or JSON: " + YamlTree.words(e), "mend the file"));
        } catch (InvalidProtocolBufferException e) {
            return Optional.of(Problem.error(
                    object, "", "does not have the form that it should: " + e.getMessage(), "mend the file"));
        }
    }

    private static Optional<RouteTest> test(Struct item, Scope scope) {
        unknown(item, Set.of("test_name", "input", "validate"), scope);
        var name = text(item, "test_name", scope);
        if (name.isEmpty()) {
            scope.at("test_name").error("is missing", "name the test");
        }
        var input = input(
                item.getFieldsOrDefault("input", Value.getDefaultInstance()).getStructValue(), scope.at("input"));
        var here = scope.at("validate");
        var wanted =
                item.getFieldsOrDefault("validate", Value.getDefaultInstance()).getStructValue();
        if (wanted.getFieldsCount() == 0) {
            here.error("says nothing", "say what must come of the request");
        }
        var texts = new EnumMap<Aspect, String>(Aspect.class);
        for (var field : wanted.getFieldsMap().keySet()) {
            aspect(field)
                    .ifPresentOrElse(
                            found -> texts.put(found, StringMatcher.octets(text(wanted, field, here))),
                            () -> known(field, here));
        }
        var requests = new ArrayList<>(matchers(wanted, "request_header_matches", here));
        requests.addAll(exact(wanted, "header_fields", here));
        requests.addAll(exact(wanted, "custom_header_fields", here));
        var responses = matchers(wanted, "response_header_matches", here);
        return Optional.of(new RouteTest(name, input, texts, requests, responses));
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
        if (!LINES.contains(field) && !MATCHERS.contains(field)) {
            scope.at(field).error("is not known", "remove it");
        }
    }

    private static void unknown(Struct message, Set<String> known, Scope scope) {
        for (var field : message.getFieldsMap().keySet()) {
            if (!known.contains(field)) {
                scope.at(field).error("is not known", "remove it");
            }
        }
    }

    private static RouteTest.Input input(Struct input, Scope scope) {
        unknown(input, INPUT, scope);
        for (var field : List.of("authority", "path")) {
            if (text(input, field, scope).isEmpty()) {
                scope.at(field).error("is missing", "write it");
            }
        }
        var headers = new ArrayList<>(lines(input, "additional_headers", scope));
        headers.addAll(lines(input, "additional_request_headers", scope));
        var method = text(input, "method", scope);
        return new RouteTest.Input(
                method.isEmpty() ? "GET" : method,
                StringMatcher.octets(text(input, "authority", scope)),
                StringMatcher.octets(text(input, "path", scope)),
                number(input, "random_value", scope),
                truth(input, "ssl", scope),
                truth(input, "internal", scope),
                headers,
                lines(input, "additional_response_headers", scope));
    }

    private static long number(Struct message, String field, Scope scope) {
        var value = message.getFieldsOrDefault(field, Value.getDefaultInstance());
        try {
            return value.hasStringValue()
                    ? Long.parseUnsignedLong(value.getStringValue())
                    : (long) value.getNumberValue();
        } catch (NumberFormatException _) {
            scope.at(field).error("is no number of 0 or more: " + value.getStringValue(), "write one");
            return 0;
        }
    }

    private static boolean truth(Struct message, String field, Scope scope) {
        if (message.containsFields(field) && !message.getFieldsOrThrow(field).hasBoolValue()) {
            scope.at(field).error("is neither true nor false", "write true or false");
        }
        return message.getFieldsOrDefault(field, Value.getDefaultInstance()).getBoolValue();
    }

    /// A text; what is none must not pass for an empty one, which says that there must be nothing.
    private static String text(Struct message, String field, Scope scope) {
        if (message.containsFields(field) && !message.getFieldsOrThrow(field).hasStringValue()) {
            scope.at(field).error("is no text", "write it in quotes");
        }
        return message.getFieldsOrDefault(field, Value.getDefaultInstance()).getStringValue();
    }

    private static List<Value> list(Struct message, String field, Scope scope) {
        var value = message.getFieldsOrDefault(field, Value.getDefaultInstance());
        if (!value.hasListValue() && message.containsFields(field)) {
            scope.at(field).error("is no list", "write a list");
        }
        return value.getListValue().getValuesList();
    }

    /// Header lines: `{key: …, value: …}`, or as `header` of an option.
    private static List<Line> lines(Struct message, String field, Scope scope) {
        var lines = new ArrayList<Line>();
        var values = list(message, field, scope);
        for (int i = 0; i < values.size(); i++) {
            var here = scope.at(field, i);
            var struct = values.get(i).getStructValue();
            var line = struct.containsFields("header")
                    ? struct.getFieldsOrThrow("header").getStructValue()
                    : struct;
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
    private static List<io.heddle.traffic.match.HeaderMatcher> exact(Struct message, String field, Scope scope) {
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

    private static List<io.heddle.traffic.match.HeaderMatcher> matchers(Struct message, String field, Scope scope) {
        var matchers = new ArrayList<io.heddle.traffic.match.HeaderMatcher>();
        var values = list(message, field, scope);
        for (int i = 0; i < values.size(); i++) {
            var here = scope.at(field, i);
            var matcher = HeaderMatcher.newBuilder();
            try {
                JsonFormat.parser().merge(JsonFormat.printer().print(values.get(i)), matcher);
                MatcherReader.header(matcher.build(), here).ifPresent(matchers::add);
            } catch (InvalidProtocolBufferException e) {
                here.error("is no header matcher: " + e.getMessage(), "write for example {name: x, exact_match: y}");
            }
        }
        return matchers;
    }
}
