package io.heddle.proxy.observe;

import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A head out of strings.
final class TextHead implements RequestHead {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final long method;
    private final long path;
    private final long authority;
    private final List<Long> names = new ArrayList<>();
    private final List<Long> values = new ArrayList<>();

    TextHead(String method, String path, String authority, String... headers) {
        this.method = span(method);
        this.path = span(path);
        this.authority = span(authority);
        for (int i = 0; i < headers.length; i += 2) {
            names.add(span(headers[i]));
            values.add(span(headers[i + 1]));
        }
    }

    private long span(String text) {
        int start = all.size();
        all.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return Span.of(start, all.size());
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
        return all.toByteArray();
    }

    @Override
    public int headerCount() {
        return names.size();
    }

    @Override
    public long headerName(int index) {
        return names.get(index);
    }

    @Override
    public long headerValue(int index) {
        return values.get(index);
    }
}
