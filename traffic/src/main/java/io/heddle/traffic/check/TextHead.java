package io.heddle.traffic.check;

import io.heddle.traffic.check.RouteTest.Line;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// A head made from text. Immutable.
final class TextHead implements RequestHead {
    /// One without anything.
    static final TextHead NONE = new TextHead("", "", "", List.of());

    private final List<Line> lines;
    private final byte[] bytes;
    private final long[] spans;
    private final boolean hasAuthority;

    /// @param authority empty for none
    TextHead(String method, String authority, String path, List<Line> lines) {
        this.lines = List.copyOf(lines);
        this.hasAuthority = !authority.isEmpty();
        var parts = new ArrayList<>(List.of(method, authority, path));
        lines.forEach(line -> {
            parts.add(line.name());
            parts.add(line.value());
        });
        spans = new long[parts.size()];
        var text = new StringBuilder();
        for (int i = 0; i < spans.length; i++) {
            spans[i] = Span.of(text.length(), text.length() + parts.get(i).length());
            text.append(parts.get(i));
        }
        bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Its header lines once `edits` are made, one after the other.
    List<Line> with(HeaderEdits edits) {
        var changed = new ArrayList<>(lines);
        for (int i = 0; i < edits.size(); i++) {
            var edit = edits.edit(i);
            boolean present = changed.stream().anyMatch(line -> is(line, edit.name()));
            boolean adds = switch (edit.action()) {
                case APPEND, SET -> true;
                case ADD_IF_ABSENT -> !present;
                case SET_IF_PRESENT -> present;
                case REMOVE -> false;
            };
            if (edit.action() != HeaderEdit.Action.APPEND && edit.action() != HeaderEdit.Action.ADD_IF_ABSENT) {
                changed.removeIf(line -> is(line, edit.name()));
            }
            if (adds) {
                changed.add(new Line(edit.name().toString(), edit.value()));
            }
        }
        return changed;
    }

    /// Lines of one name as one, with commas between, at the place of the first.
    static List<Line> joined(List<Line> lines) {
        var values = new LinkedHashMap<HeaderName, Line>();
        for (var line : lines) {
            values.merge(
                    HeaderName.of(line.name()),
                    line,
                    (first, next) -> new Line(first.name(), first.value() + "," + next.value()));
        }
        return List.copyOf(values.values());
    }

    private static boolean is(Line line, HeaderName name) {
        return HeaderName.of(line.name()).equals(name);
    }

    @Override
    public long method() {
        return spans[0];
    }

    @Override
    public long authority() {
        return hasAuthority ? spans[1] : Span.ABSENT;
    }

    @Override
    public long path() {
        return spans[2];
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int headerCount() {
        return lines.size();
    }

    @Override
    public long headerName(int index) {
        return spans[3 + 2 * index];
    }

    @Override
    public long headerValue(int index) {
        return spans[4 + 2 * index];
    }
}
