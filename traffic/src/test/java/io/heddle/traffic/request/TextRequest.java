package io.heddle.traffic.request;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A request head made from text, for tests.
public final class TextRequest implements RequestHead {
    private final byte[] bytes;
    private final List<long[]> headers = new ArrayList<>();
    private long method;
    private long path;
    private long authority = Span.ABSENT;

    private TextRequest(byte[] bytes) {
        this.bytes = bytes;
    }

    /// `GET` of `path` at `authority` (empty for none) with headers as name, value, name, value.
    public static TextRequest get(String authority, String path, String... headers) {
        return of("GET", authority, path, headers);
    }

    /// A request.
    public static TextRequest of(String method, String authority, String path, String... headers) {
        var text = new StringBuilder("....");
        var spans = new ArrayList<Long>();
        for (var part : join(List.of(method, authority, path), List.of(headers))) {
            int start = text.toString().getBytes(StandardCharsets.UTF_8).length;
            text.append(part);
            spans.add(Span.of(start, text.toString().getBytes(StandardCharsets.UTF_8).length));
            text.append('|');
        }
        var head = new TextRequest(text.toString().getBytes(StandardCharsets.UTF_8));
        head.method = spans.get(0);
        head.authority = authority.isEmpty() ? Span.ABSENT : spans.get(1);
        head.path = spans.get(2);
        for (int i = 3; i < spans.size(); i += 2) {
            head.headers.add(new long[] {spans.get(i), spans.get(i + 1)});
        }
        return head;
    }

    private static List<String> join(List<String> first, List<String> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    @Override
    public long method() {
        return method;
    }

    @Override
    public long path() {
        return path;
    }

    @Override
    public long authority() {
        return authority;
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int headerCount() {
        return headers.size();
    }

    @Override
    public long headerName(int index) {
        return headers.get(index)[0];
    }

    @Override
    public long headerValue(int index) {
        return headers.get(index)[1];
    }
}
