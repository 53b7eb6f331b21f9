package io.heddle.proxy.http;

import io.heddle.traffic.request.Span;

/// Writes the head of a request that the proxy makes itself into [HeaderLines].
public final class WrittenHead {
    private WrittenHead() {}

    /// Writes a part of the request line; the place where it stands.
    public static long text(HeaderLines lines, String text) {
        int from = lines.length();
        lines.appendSafe(text);
        return Span.of(from, lines.length());
    }

    /// Writes a header line.
    public static void line(HeaderLines lines, String name, String value) {
        int nameFrom = lines.length();
        lines.appendSafe(name);
        int nameTo = lines.length();
        lines.append(": ");
        int valueFrom = lines.length();
        lines.appendSafe(value);
        int valueTo = lines.length();
        lines.append("\r\n");
        lines.end(lines.length());
        lines.add(nameFrom, nameTo, valueFrom, valueTo);
    }
}
