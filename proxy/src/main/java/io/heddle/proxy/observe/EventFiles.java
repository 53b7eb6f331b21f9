package io.heddle.proxy.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Files of events, one line each, by their paths; `/dev/stdout` is standard output. Writing never blocks: a line that
/// the file's writer cannot keep up with is dropped. Safe on any thread.
public final class EventFiles implements AutoCloseable {
    private final Map<String, LogFile> files = new ConcurrentHashMap<>();

    /// Writes a line, which has no line break, to the file at `path`, which is made where it is not there.
    public void write(String path, String line) {
        files.computeIfAbsent(path, LogFile::open).log(line);
    }

    /// A text as JSON writes it, with its quotation marks.
    public static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter < ' ' || letter == '"' || letter == '\\' || letter > '~') {
                quoted.append("\\u%04x".formatted((int) letter));
            } else {
                quoted.append(letter);
            }
        }
        return quoted.append('"').toString();
    }

    /// Writes what is there and ends.
    @Override
    public void close() {
        files.values().forEach(LogFile::close);
    }
}
