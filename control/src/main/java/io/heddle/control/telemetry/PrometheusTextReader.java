package io.heddle.control.telemetry;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Reads the Prometheus text exposition format (version 0.0.4), as proxies answer it.
///
/// The bytes come from another process, so every dimension has a limit, and a line that is not well formed is counted
/// and left out instead of ending the reading. Timestamps and exemplars after the value are ignored.
final class PrometheusTextReader {
    static final int MAX_LINE = 8 * 1024;
    static final int MAX_LABELS = 64;

    private final String line;
    private int position;

    private PrometheusTextReader(String line) {
        this.line = line;
    }

    /// Hands every sample whose name is `wanted` to `sink`.
    ///
    /// @return how many lines were left out because they are malformed or too long
    static int read(String text, Predicate<String> wanted, Consumer<Sample> sink) {
        int malformed = 0;
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            malformed += readLine(text, start, end, wanted, sink) ? 0 : 1;
            start = end + 1;
        }
        return malformed;
    }

    private static boolean readLine(String text, int start, int end, Predicate<String> wanted, Consumer<Sample> sink) {
        if (end - start > MAX_LINE) {
            return false;
        }
        var line = text.substring(start, end).strip();
        if (line.isEmpty() || line.charAt(0) == '#') {
            return true;
        }
        int nameEnd = nameEnd(line);
        if (nameEnd == 0) {
            return false;
        }
        var name = line.substring(0, nameEnd);
        if (!wanted.test(name)) {
            return true;
        }
        try {
            var reader = new PrometheusTextReader(line);
            reader.position = nameEnd;
            sink.accept(new Sample(name, reader.labels(), reader.value()));
            return true;
        } catch (MalformedLineException _) {
            // The caller counts it.
            return false;
        }
    }

    private static int nameEnd(String line) {
        int end = 0;
        while (end < line.length() && isNameCharacter(line.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isNameCharacter(char c) {
        return c == '_' || c == ':' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private Map<String, String> labels() throws MalformedLineException {
        skipBlanks();
        if (peek() != '{') {
            return Map.of();
        }
        position++;
        var labels = new HashMap<String, String>();
        skipBlanks();
        while (peek() != '}') {
            readLabel(labels);
            skipBlanks();
            if (peek() == ',') {
                position++;
                skipBlanks();
            } else if (peek() != '}') {
                throw new MalformedLineException();
            }
        }
        position++;
        return labels;
    }

    private void readLabel(Map<String, String> labels) throws MalformedLineException {
        int start = position;
        while (isNameCharacter(peek())) {
            position++;
        }
        var name = line.substring(start, position);
        skipBlanks();
        expect('=');
        skipBlanks();
        expect('"');
        boolean repeated = labels.put(name, quoted()) != null;
        if (name.isEmpty() || repeated || labels.size() > MAX_LABELS) {
            throw new MalformedLineException();
        }
    }

    private String quoted() throws MalformedLineException {
        var value = new StringBuilder();
        while (peek() != '"') {
            char c = line.charAt(position++);
            value.append(c == '\\' ? escaped() : c);
        }
        position++;
        return value.toString();
    }

    private char escaped() throws MalformedLineException {
        char c = peek();
        position++;
        return switch (c) {
            case 'n' -> '\n';
            case '"', '\\' -> c;
            default -> throw new MalformedLineException();
        };
    }

    private double value() throws MalformedLineException {
        skipBlanks();
        int end = line.indexOf(' ', position);
        var text = line.substring(position, end < 0 ? line.length() : end);
        return switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            case "NaN" -> Double.NaN;
            default -> number(text);
        };
    }

    private static double number(String text) throws MalformedLineException {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            throw new MalformedLineException();
        }
    }

    private void skipBlanks() {
        while (position < line.length() && (line.charAt(position) == ' ' || line.charAt(position) == '\t')) {
            position++;
        }
    }

    private char peek() throws MalformedLineException {
        if (position >= line.length()) {
            throw new MalformedLineException();
        }
        return line.charAt(position);
    }

    private void expect(char c) throws MalformedLineException {
        if (peek() != c) {
            throw new MalformedLineException();
        }
        position++;
    }

    private static final class MalformedLineException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedLineException() {
            super(null, null, false, false);
        }
    }
}
