package io.heddle.proxy.admin;

import java.util.Map;

/// Writes JSON (RFC 8259) from maps, iterables, strings, numbers and booleans, two spaces a level.
final class Json {
    private final StringBuilder out = new StringBuilder();

    private Json() {}

    /// The text of `value`; what is of another class is written as its text.
    static String write(Object value) {
        var json = new Json();
        json.value(value, 0);
        return json.out.append('\n').toString();
    }

    private void value(Object value, int level) {
        switch (value) {
            case Map<?, ?> map -> map(map, level);
            case Iterable<?> items -> items(items, level);
            case Number number -> out.append(number);
            case Boolean flag -> out.append(flag);
            default -> text(value.toString());
        }
    }

    private void map(Map<?, ?> map, int level) {
        char before = '{';
        for (var entry : map.entrySet()) {
            out.append(before);
            line(level + 1);
            text(String.valueOf(entry.getKey()));
            out.append(": ");
            value(entry.getValue(), level + 1);
            before = ',';
        }
        end(before, '{', '}', level);
    }

    private void items(Iterable<?> items, int level) {
        char before = '[';
        for (var item : items) {
            out.append(before);
            line(level + 1);
            value(item, level + 1);
            before = ',';
        }
        end(before, '[', ']', level);
    }

    private void end(char before, char open, char close, int level) {
        if (before == open) {
            out.append(open);
        } else {
            line(level);
        }
        out.append(close);
    }

    private void line(int level) {
        out.append('\n').repeat("  ", level);
    }

    private void text(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '"', '\\' -> out.append('\\').append(character);
                case '\n' -> out.append("\\n");
                default -> {
                    if (character < ' ' || character == 0x7f) {
                        out.append(String.format("\\u%04x", (int) character));
                    } else {
                        out.append(character);
                    }
                }
            }
        }
        out.append('"');
    }
}
