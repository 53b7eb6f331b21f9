package io.heddle.proxy.observe;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.observe.LogLine.Escape;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.format.UnsupportedOperators;
import io.heddle.traffic.request.HeaderName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// How a request becomes a log line: Envoy's command operators as text, or as the members of a JSON object.
final class LogFormat {
    /// Envoy's default text.
    static final String DEFAULT_TEXT = "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
            + " %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
            + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\""
            + " \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n";

    private static final String OBJECT = "access log format";
    private static final int UNCUT = 1 << 30;
    private static final Pattern HEADER =
            Pattern.compile("REQ(?:UEST_HEADER)?\\((?<names>[^)]*)\\)(?::(?<most>[0-9]{1,6}))?");
    /// What this hop says itself under these names, as it does to applications.
    private static final List<HeaderName> OWN = List.of(
            HeaderName.of(":scheme"),
            HeaderName.of("x-forwarded-proto"),
            HeaderName.of("x-envoy-external-address"),
            HeaderName.FORWARDED_CLIENT_CERT);
    private static final String NULL = "null";
    private static final Pattern ANSWER_HEADER =
            Pattern.compile("RESP(?:ONSE_HEADER)?\\((?<names>[^)]*)\\)(?::(?<most>[0-9]{1,6}))?");
    private static final String UPSTREAM_TIME = "x-envoy-upstream-service-time";

    private final List<Member> members;
    private final boolean json;
    private final boolean asksAnswer;

    private LogFormat(List<Member> members, boolean json) {
        this.members = List.copyOf(members);
        this.json = json;
        this.asksAnswer =
                members.stream().flatMap(member -> member.fields().stream()).anyMatch(LogField::asksAnswer);
    }

    /// Whether it asks for lines of the answer, or for trailers.
    boolean asksAnswer() {
        return asksAnswer;
    }

    /// Heddle's own JSON log: one object a request, in this order.
    static LogFormat standardJson() {
        var members = new ArrayList<Member>();
        for (var member : List.of(
                "time=%START_TIME%",
                "listener=%LISTENER%",
                "method=%REQ(:METHOD)%",
                "authority=%REQ(:AUTHORITY)%",
                "path=%REQ(:PATH)%",
                "protocol=%PROTOCOL%",
                "status=%RESPONSE_CODE%",
                "flags=%RESPONSE_FLAGS%",
                "details=%RESPONSE_CODE_DETAILS%",
                "policies=%AUTHORIZATION_POLICIES%",
                "bytes_received=%BYTES_RECEIVED%",
                "bytes_sent=%BYTES_SENT%",
                "duration_ms=%DURATION%",
                "upstream_ms=%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
                "attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
                "route=%ROUTE_NAME%",
                "cluster=%UPSTREAM_CLUSTER%",
                "upstream=%UPSTREAM_HOST%",
                "upstream_workload=%UPSTREAM_WORKLOAD%",
                "remote=%DOWNSTREAM_REMOTE_ADDRESS%",
                "peer=%DOWNSTREAM_PEER_URI_SAN%",
                "source_workload=%SOURCE_WORKLOAD%",
                "request_id=%REQ(X-REQUEST-ID)%")) {
            int equals = member.indexOf('=');
            members.add(new Member(
                    key(member.substring(0, equals)), fields(member.substring(equals + 1), new ArrayList<>())));
        }
        return new LogFormat(members, true);
    }

    /// Reads a text format; empty means Envoy's default.
    static Checked<LogFormat> text(String format) {
        var problems = new ArrayList<Problem>();
        var fields = fields(format.isEmpty() ? DEFAULT_TEXT : format, problems);
        return Checked.of(new LogFormat(List.of(new Member("", fields)), false), problems);
    }

    /// Reads a JSON format: members in the order of their names.
    static Checked<LogFormat> json(Map<String, String> formats) {
        var problems = new ArrayList<Problem>();
        var members = new ArrayList<Member>();
        SortedMap<String, String> sorted = new TreeMap<>(formats);
        sorted.forEach((name, format) -> members.add(new Member(key(name), fields(format, problems))));
        return Checked.of(new LogFormat(members, true), problems);
    }

    /// Appends the line of a request, its end included.
    void append(LogLine line, RequestTimeline timeline) {
        if (!json) {
            for (var field : members.getFirst().fields()) {
                if (!field.append(line, timeline, Escape.TEXT)) {
                    line.put('-');
                }
            }
            return;
        }
        char before = '{';
        for (var member : members) {
            line.put(before).put(member.key());
            value(line, member.fields(), timeline);
            before = ',';
        }
        line.put('}').put('\n');
    }

    private static void value(LogLine line, List<LogField> fields, RequestTimeline timeline) {
        boolean single = fields.size() == 1;
        if (single && fields.getFirst().isBare()) {
            if (!fields.getFirst().appendBare(line, timeline)) {
                line.put(NULL);
            }
            return;
        }
        int start = line.length();
        line.put('"');
        for (var field : fields) {
            if (field instanceof LogField.Text(var text)) {
                line.value(text, Escape.JSON);
            } else if (!field.append(line, timeline, Escape.JSON)) {
                if (single) {
                    line.cut(start);
                    line.put(NULL);
                    return;
                }
                line.put('-');
            }
        }
        line.put('"');
    }

    private static String key(String name) {
        var line = new LogLine();
        line.put('"').value(name, Escape.JSON);
        line.put('"').put(':');
        return line.toString();
    }

    private static List<LogField> fields(String format, List<Problem> problems) {
        var fields = new ArrayList<LogField>();
        int from = 0;
        while (from < format.length()) {
            int percent = format.indexOf('%', from);
            if (percent < 0) {
                fields.add(new LogField.Text(format.substring(from)));
                break;
            }
            if (percent > from) {
                fields.add(new LogField.Text(format.substring(from, percent)));
            }
            int close = close(format, percent);
            if (close < 0) {
                problems.add(problem(format, "has a % without its partner"));
                break;
            }
            fields.add(
                    close == percent + 1
                            ? new LogField.Text("%")
                            : operator(format.substring(percent + 1, close), problems));
            from = close + 1;
        }
        return fields;
    }

    /// Where the operator that begins at `percent` ends; what stands in brackets may have percents of its own.
    private static int close(String format, int percent) {
        int next = format.indexOf('%', percent + 1);
        int open = format.indexOf('(', percent + 1);
        int shut = open < 0 || next < open ? -1 : format.indexOf(')', open);
        return shut < 0 ? next : format.indexOf('%', shut);
    }

    private static LogField operator(String operator, List<Problem> problems) {
        if (operator.equals(LogField.Policies.OPERATOR)) {
            return new LogField.Policies();
        }
        var own = simple(operator).or(() -> serviceTime(operator));
        if (own.isPresent()) {
            return own.get();
        }
        return switch (SubstitutionFormat.of("%" + operator + "%")) {
            case Checked.Ok<SubstitutionFormat>(var format, var warnings) -> {
                warnings.forEach(_ -> problems.add(unwritten(operator)));
                yield header(operator).orElseGet(() -> new LogField.Formatted(format));
            }
            case Checked.Rejected<SubstitutionFormat>(var reasons) -> rejected(operator, reasons, problems);
        };
    }

    private static LogField rejected(String operator, List<Problem> reasons, List<Problem> problems) {
        if (name(operator).equals("START_TIME")) {
            problems.add(Problem.warning(
                    OBJECT, "%" + operator + "%", "is written as %START_TIME%", "leave the form of the time out"));
            return LogField.Word.START_TIME;
        }
        boolean known = UnsupportedOperators.has(name(operator));
        problems.add(known ? unwritten(operator) : unknown(operator, reasons));
        return new LogField.Unknown();
    }

    /// The operator's name, without its arguments.
    private static String name(String operator) {
        int end = 0;
        while (end < operator.length() && operator.charAt(end) != '(' && operator.charAt(end) != ':') {
            end++;
        }
        return operator.substring(0, end);
    }

    private static Problem unwritten(String operator) {
        return Problem.warning(OBJECT, "%" + operator + "%", "is not known here, and written as -", "leave it out");
    }

    private static Problem unknown(String operator, List<Problem> reasons) {
        return problem(
                "%" + operator + "%",
                "is not a known operator: " + reasons.getFirst().reason());
    }

    private static Optional<LogField> simple(String name) {
        var ours = switch (name) {
            case "UPSTREAM_CLUSTER_RAW" -> "UPSTREAM_CLUSTER";
            default -> name;
        };
        for (var figure : LogField.Figure.values()) {
            if (figure.name().equals(ours)) {
                return Optional.of(figure);
            }
        }
        for (var word : LogField.Word.values()) {
            if (word.name().equals(ours)) {
                return Optional.of(word);
            }
        }
        return Optional.empty();
    }

    /// The header by which Envoy says how long a host took, by whatever name of the operator and in any case,
    /// alone or beside another; empty for all else. This hop sends no such header: the figure stands for it.
    private static Optional<LogField> serviceTime(String operator) {
        var parts = ANSWER_HEADER.matcher(operator);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var names = List.of(parts.group("names").split("\\?", -1));
        if (names.size() > 2 || names.stream().noneMatch(UPSTREAM_TIME::equalsIgnoreCase)) {
            return Optional.empty();
        }
        var most = parts.group("most");
        if (names.size() == 1 && most == null) {
            return Optional.of(LogField.Figure.UPSTREAM_SERVICE_TIME);
        }
        var fields = names.stream()
                .filter(name -> !name.isEmpty())
                .map(name -> UPSTREAM_TIME.equalsIgnoreCase(name)
                        ? LogField.Figure.UPSTREAM_SERVICE_TIME
                        : answerHeader(name, most == null ? "" : ":" + most))
                .toList();
        return Optional.of(new LogField.FirstOf(fields, most == null ? UNCUT : Integer.parseInt(most)));
    }

    private static LogField answerHeader(String name, String length) {
        return switch (SubstitutionFormat.of("%RESP(" + name + ")" + length + "%")) {
            case Checked.Ok<SubstitutionFormat>(var format, var _) -> new LogField.Formatted(format);
            case Checked.Rejected<SubstitutionFormat> _ -> new LogField.Unknown();
        };
    }

    /// A request header that is written as it came; empty for one that this hop may have a word of its own for.
    private static Optional<LogField> header(String operator) {
        var parts = HEADER.matcher(operator);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var names = Arrays.stream(parts.group("names").split("\\?", -1))
                .filter(name -> !name.isEmpty())
                .map(HeaderName::of)
                .toList();
        var most = parts.group("most");
        return Collections.disjoint(names, OWN)
                ? Optional.of(new LogField.RequestHeader(names, most == null ? UNCUT : Integer.parseInt(most)))
                : Optional.empty();
    }

    private static Problem problem(String part, String reason) {
        return Problem.error(
                OBJECT,
                part,
                reason,
                "use one of REQ(header) " + LogField.Policies.OPERATOR + " " + Arrays.toString(LogField.Figure.values())
                        + Arrays.toString(LogField.Word.values()) + Arrays.toString(Operator.values()));
    }

    private record Member(String key, List<LogField> fields) {}
}
