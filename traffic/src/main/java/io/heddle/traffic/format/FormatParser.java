package io.heddle.traffic.format;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.request.HeaderName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads a [SubstitutionFormat]. One object per text.
final class FormatParser {
    private static final int MOST_NAMES = 2;
    private static final int LONGEST_NUMBER = 6;

    private final String text;
    private final List<FormatPart> parts = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();
    private int at;

    FormatParser(String text) {
        this.text = text;
    }

    Checked<SubstitutionFormat> parse() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '%') {
                literal.append(c);
            } else if (at < text.length() && text.charAt(at) == '%') {
                literal.append('%');
                at++;
            } else if (!operator()) {
                break;
            }
        }
        flush();
        return Checked.of(new SubstitutionFormat(text, parts), problems);
    }

    private void flush() {
        if (!literal.isEmpty()) {
            parts.add(new FormatPart.Text(literal.toString()));
            literal.setLength(0);
        }
    }

    /// Reads from behind the percent sign to behind its partner; false when there is none.
    private boolean operator() {
        int start = at;
        while (at < text.length() && isNamePart(text.charAt(at))) {
            at++;
        }
        var name = text.substring(start, at);
        var arguments = "";
        boolean called = at < text.length() && text.charAt(at) == '(';
        if (called) {
            int close = text.indexOf(')', at);
            if (close < 0) {
                return fail("a ( in %" + name + " has no )");
            }
            arguments = text.substring(at + 1, close);
            at = close + 1;
        }
        int longest = longest();
        boolean closed = longest >= 0 && !name.isEmpty() && at < text.length() && text.charAt(at) == '%';
        if (!closed) {
            return fail("a % begins no operator: " + text.substring(start - 1, Math.min(text.length(), start + 20)));
        }
        at++;
        flush();
        add(name, called, arguments, longest);
        return true;
    }

    private static boolean isNamePart(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    /// The length after a colon; negative when it is none.
    private int longest() {
        if (at >= text.length() || text.charAt(at) != ':') {
            return FormatPart.UNLIMITED;
        }
        int start = ++at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at == start || at - start > LONGEST_NUMBER ? -1 : Integer.parseInt(text, start, at, 10);
    }

    private void add(String name, boolean called, String arguments, int longest) {
        switch (name) {
            case "REQ", "REQUEST_HEADER" ->
                named(name, arguments, names -> new FormatPart.RequestHeader(names, longest, true));
            case "REQ_WITHOUT_QUERY" ->
                named(name, arguments, names -> new FormatPart.RequestHeader(names, longest, false));
            case "PATH" -> path(arguments, longest);
            case "RESP", "RESPONSE_HEADER" ->
                named(name, arguments, names -> new FormatPart.ResponseHeader(names, longest, false));
            case "TRAILER", "RESPONSE_TRAILER" ->
                named(name, arguments, names -> new FormatPart.ResponseHeader(names, longest, true));
            case "QUERY_PARAM" -> {
                if (arguments.isEmpty()) {
                    fail("%QUERY_PARAM% names no parameter");
                } else {
                    parts.add(new FormatPart.QueryParameter(arguments, longest));
                }
            }
            case "DYNAMIC_METADATA" -> metadata(name, MetadataOwner.REQUEST, arguments, longest);
            case "UPSTREAM_METADATA" -> metadata(name, MetadataOwner.HOST, arguments, longest);
            case "METADATA" -> metadata(arguments, longest);
            case "FILTER_STATE" -> state(arguments, longest);
            default -> {
                if (DerivedPartReader.has(name, called)) {
                    derived(name, arguments, longest);
                } else {
                    plain(name, called, longest);
                }
            }
        }
    }

    private void derived(String name, String arguments, int longest) {
        DerivedPartReader.read(name, arguments, longest)
                .ifPresentOrElse(parts::add, () -> fail("%" + name + "(" + arguments + ")% has other arguments"));
    }

    /// `%METADATA(whose:namespace:path…):longest%`.
    private void metadata(String arguments, int longest) {
        int colon = arguments.indexOf(':');
        var rest = arguments.substring(colon + 1);
        switch (colon < 0 ? "" : arguments.substring(0, colon)) {
            case "DYNAMIC" -> metadata("METADATA", MetadataOwner.REQUEST, rest, longest);
            case "ROUTE" -> metadata("METADATA", MetadataOwner.ROUTE, rest, longest);
            case "UPSTREAM_HOST" -> metadata("METADATA", MetadataOwner.HOST, rest, longest);
            case "CLUSTER", "LISTENER", "LISTENER_FILTER_CHAIN", "VIRTUAL_HOST" -> nothing("METADATA");
            default -> fail("%METADATA(" + arguments + ")% does not say whose metadata");
        }
    }

    private void metadata(String name, MetadataOwner owner, String arguments, int longest) {
        var words = List.of(arguments.split(":", -1));
        if (words.contains("")) {
            fail("%" + name + "(" + arguments + ")% does not name a namespace and a path");
        } else {
            parts.add(new FormatPart.Metadata(owner, words.getFirst(), words.subList(1, words.size()), longest));
        }
    }

    private void nothing(String name) {
        parts.add(new FormatPart.Nothing());
        problems.add(Problem.warning("", "", "%" + name + "% says nothing here", "remove it"));
    }

    /// `%PATH(with or without query:which):longest%`.
    private void path(String arguments, int longest) {
        var words = arguments.split(":", -1);
        var original = HeaderName.of("x-envoy-original-path");
        var path = HeaderName.of(":path");
        var names = switch (words.length > 1 ? words[1] : "") {
            case "PATH" -> List.of(path);
            case "ORIG" -> List.of(original);
            case "", "ORIG_OR_PATH" -> List.of(original, path);
            default -> List.<HeaderName>of();
        };
        boolean known = words[0].isEmpty() || words[0].equals("WQ") || words[0].equals("NQ");
        if (names.isEmpty() || !known || words.length > 2) {
            fail("%PATH(" + arguments + ")% does not say which path");
        } else {
            parts.add(new FormatPart.RequestHeader(names, longest, !words[0].equals("NQ")));
        }
    }

    /// `%FILTER_STATE(key:kind):longest%`; the kind is `TYPED` where nothing is said.
    private void state(String arguments, int longest) {
        int colon = arguments.lastIndexOf(':');
        var kind = colon < 0 ? "TYPED" : arguments.substring(colon + 1);
        var key = colon < 0 ? arguments : arguments.substring(0, colon);
        if (key.isEmpty() || !(kind.equals("TYPED") || kind.equals("PLAIN"))) {
            fail("%FILTER_STATE(" + arguments + ")% names no key, or is neither TYPED nor PLAIN");
        } else {
            parts.add(new FormatPart.State(key, kind.equals("TYPED"), longest));
        }
    }

    private void plain(String name, boolean called, int longest) {
        if (UnsupportedOperators.isEmpty(name)) {
            nothing(name);
            return;
        }
        var operator = Operator.named(name);
        if (operator.isEmpty()) {
            fail("%" + name + "% is no operator that is known"
                    + (UnsupportedOperators.has(name) ? " here, though Envoy has it" : ""));
        } else if (called) {
            fail("%" + name + "% takes no arguments");
        } else {
            parts.add(new FormatPart.Value(operator.get(), longest));
        }
    }

    /// What makes a part of header names.
    private interface OfNames {
        FormatPart part(List<HeaderName> names);
    }

    private void named(String name, String arguments, OfNames make) {
        var names = Arrays.asList(arguments.split("\\?", -1));
        if (names.size() > MOST_NAMES || arguments.isEmpty()) {
            fail("%" + name + "(" + arguments + ")% does not name one or two headers");
            return;
        }
        parts.add(make.part(names.stream()
                .filter(header -> !header.isEmpty())
                .map(HeaderName::of)
                .toList()));
    }

    private boolean fail(String reason) {
        problems.add(Problem.error("", "", reason, "see the command operators; write %% for a percent sign"));
        return false;
    }
}
