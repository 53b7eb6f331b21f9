package io.heddle.model.problem;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.regex.Pattern;

/// The limits of a regular expression in RE2 syntax, seen before it is compiled. Compiling follows groups by
/// recursion and writes a counted repetition out, so a short text could else take all stack or memory there is.
///
/// The size is what stands written once every counted repetition is written out: one for each character, class
/// or escape, two for each group. Whether the syntax is right is not looked at. Pure; safe on any thread.
public final class PatternLimits {
    /// The longest text, in UTF-16 units.
    public static final int LENGTH = 16 * 1024;
    /// The deepest nesting of groups.
    public static final int DEPTH = 100;
    /// The largest size once repetitions are written out.
    public static final int SIZE = 50_000;

    private static final Pattern COUNTED = Pattern.compile("\\{([0-9]{1,4})(?:,([0-9]{0,4}))?}");

    private final String text;
    private final ArrayDeque<Long> outer = new ArrayDeque<>();
    private long size;
    private long last;
    private int depth;

    private PatternLimits(String text) {
        this.text = text;
    }

    /// What is too much about a pattern, words that follow "is a pattern"; empty when it may be compiled.
    public static Optional<String> excess(String pattern) {
        if (pattern.length() > LENGTH) {
            return Optional.of("of more than " + LENGTH + " characters");
        }
        return new PatternLimits(pattern).read();
    }

    private Optional<String> read() {
        int at = 0;
        while (at < text.length()) {
            at = piece(at);
            if (depth > DEPTH) {
                return Optional.of("with groups nested deeper than " + DEPTH);
            }
            if (size > SIZE) {
                return Optional.of("whose repetitions amount to more than " + SIZE + " characters");
            }
        }
        return Optional.empty();
    }

    /// Reads what begins at `at` and returns where the next begins.
    private int piece(int at) {
        switch (text.charAt(at)) {
            case '(' -> {
                outer.push(size);
                size = 0;
                last = 0;
                depth++;
            }
            case ')' -> close();
            case '[' -> {
                add(1);
                return classEnd(at);
            }
            case '\\' -> {
                return escape(at);
            }
            case '{' -> {
                return repeat(at);
            }
            case '*', '+', '?' -> size++;
            default -> add(1);
        }
        return at + 1;
    }

    private void add(long pieces) {
        last = 1;
        size += pieces;
    }

    private void close() {
        if (!outer.isEmpty()) {
            last = size + 2;
            size = outer.pop() + last;
            depth--;
        }
    }

    /// An escaped character or class, such as `\.`, `\x{263A}` or `\p{Greek}`; `\Q` quotes up to `\E`.
    private int escape(int at) {
        if (!text.startsWith("\\Q", at)) {
            add(1);
            boolean braced = at + 2 < text.length() && "xpP".indexOf(text.charAt(at + 1)) >= 0;
            int end = braced && text.charAt(at + 2) == '{' ? text.indexOf('}', at) : -1;
            return end < 0 ? at + 2 : end + 1;
        }
        int end = text.indexOf("\\E", at + 2);
        add((end < 0 ? text.length() : end) - at - 1L);
        return end < 0 ? text.length() : end + 2;
    }

    /// The end of a character class: a `]` is an ordinary character where it stands first.
    private int classEnd(int at) {
        int next = at + 1;
        if (text.startsWith("^", next)) {
            next++;
        }
        if (text.startsWith("]", next)) {
            next++;
        }
        while (next < text.length() && text.charAt(next) != ']') {
            int named = text.startsWith("[:", next) ? text.indexOf(":]", next + 2) : -1;
            if (named >= 0) {
                next = named + 2;
            } else {
                next += text.charAt(next) == '\\' ? 2 : 1;
            }
        }
        return next + 1;
    }

    /// A counted repetition of what stands before it; an ordinary character where it is none.
    private int repeat(int at) {
        var counted = COUNTED.matcher(text).region(at, text.length());
        if (!counted.lookingAt()) {
            add(1);
            return at + 1;
        }
        var most = counted.group(2) == null || counted.group(2).isEmpty() ? counted.group(1) : counted.group(2);
        long times = Math.max(1, Math.max(Long.parseLong(most), Long.parseLong(counted.group(1))));
        size += last * (times - 1);
        last *= times;
        return counted.end();
    }
}
