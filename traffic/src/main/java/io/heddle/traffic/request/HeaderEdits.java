package io.heddle.traffic.request;

import java.util.ArrayList;
import java.util.List;

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

    /// Forgets all changes.
    public void clear() {
        edits.clear();
    }
}
