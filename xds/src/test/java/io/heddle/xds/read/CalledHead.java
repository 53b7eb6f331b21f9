package io.heddle.xds.read;

import io.heddle.traffic.explain.Call;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The head of a call as it is written.
final class CalledHead implements RequestHead {
    private final StringBuilder text = new StringBuilder();
    private final List<Long> names = new ArrayList<>();
    private final List<Long> values = new ArrayList<>();
    private final long method;
    private final long path;
    private final long authority;
    private final byte[] bytes;

    CalledHead(Call call) {
        method = span(call.method());
        path = span(call.path());
        authority = call.authority().isEmpty() ? Span.ABSENT : span(call.authority());
        call.headers().forEach(line -> {
            names.add(span(line.name()));
            values.add(span(line.value()));
        });
        bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private long span(String part) {
        int start = text.length();
        text.append(part);
        return Span.of(start, text.length());
    }

    @Override
    public byte[] bytes() {
        return bytes;
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
}
