package io.heddle.proxy.envoy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Heads of HTTP/1.1 as the test reads them, on both of its sides.
final class Heads {
    private Heads() {}

    /// A header line: its name in small letters, its value as it came.
    record Line(String name, String value) {
        @Override
        public String toString() {
            return name + ": " + value;
        }
    }

    /// A head: its first line, and the others.
    record Head(String first, List<Line> lines) {
        /// The values of a header, in their order.
        List<String> all(String name) {
            return lines.stream()
                    .filter(line -> line.name().equals(name))
                    .map(Line::value)
                    .toList();
        }

        /// The same with another word for a whole value.
        Head named(String value, String word) {
            return new Head(
                    first,
                    lines.stream()
                            .map(line -> line.value().equals(value) ? new Line(line.name(), word) : line)
                            .toList());
        }

        /// The first value of a header; empty without.
        String value(String name) {
            return all(name).stream().findFirst().orElse("");
        }
    }

    /// Reads up to the empty line; the first line is empty where the stream has ended.
    static Head read(BufferedInputStream in) throws IOException {
        var first = line(in);
        var lines = new ArrayList<Line>();
        for (var text = line(in); !text.isEmpty(); text = line(in)) {
            int colon = text.indexOf(':', 1);
            lines.add(new Line(
                    text.substring(0, colon).toLowerCase(Locale.ROOT),
                    text.substring(colon + 1).strip()));
        }
        return new Head(first, lines);
    }

    /// Reads the body that `head` announces, of a message that has one.
    static String body(Head head, BufferedInputStream in) throws IOException {
        if (head.value("transfer-encoding").equals("chunked")) {
            var body = new StringBuilder();
            for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
                body.append(text(in.readNBytes(size)));
                line(in);
            }
            line(in);
            return body.toString();
        }
        var length = head.value("content-length");
        return length.isEmpty() ? "" : text(in.readNBytes(Integer.parseInt(length)));
    }

    private static String line(BufferedInputStream in) throws IOException {
        var text = new StringBuilder();
        int octet = in.read();
        while (octet >= 0 && octet != '\n') {
            if (octet != '\r') {
                text.append((char) octet);
            }
            octet = in.read();
        }
        return text.toString();
    }

    static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
