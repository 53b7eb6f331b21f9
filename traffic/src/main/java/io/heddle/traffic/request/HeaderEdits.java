package io.heddle.traffic.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/// The changes that one exchange makes to a head, in order. Confined to the exchange's thread; reused between
/// exchanges.
public final class HeaderEdits {
    private final List<HeaderEdit> edits = new ArrayList<>(4);

    /// Records one change.
    public void add(HeaderEdit edit) {
        edits.add(edit);
    }

    /// Records changes made ready before.
    public void addAll(List<HeaderEdit> ready) {
        if (!ready.isEmpty()) {
            edits.addAll(ready);
        }
    }

    /// How many changes.
    public int size() {
        return edits.size();
    }

    /// Change `index`.
    public HeaderEdit edit(int index) {
        return edits.get(index);
    }

    /// The values of header `name` once these changes are made to `received`, joined by `, `; empty without.
    public String value(HeaderFields received, HeaderName name) {
        var value = new StringJoiner(", ");
        for (int i = 0; i < received.headerCount(); i++) {
            long span = received.headerName(i);
            if (name.matches(received.bytes(), Span.start(span), Span.end(span))) {
                value.add(Span.text(received.bytes(), received.headerValue(i)));
            }
        }
        for (var edit : edits) {
            if (edit.name().equals(name)) {
                value = edit.over(value);
            }
        }
        return value.toString();
    }

    /// The first value of header `name` once these changes are made to `received`; empty without.
    public Optional<String> first(HeaderFields received, HeaderName name) {
        long span = received.header(name);
        var value = Span.isPresent(span) ? Optional.of(Span.text(received.bytes(), span)) : Optional.<String>empty();
        for (var edit : edits) {
            if (edit.name().equals(name)) {
                value = edit.overFirst(value);
            }
        }
        return value;
    }

    /// Forgets all changes.
    public void clear() {
        edits.clear();
    }
}
