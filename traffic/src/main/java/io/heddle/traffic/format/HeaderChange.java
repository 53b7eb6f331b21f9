package io.heddle.traffic.format;

import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import java.util.List;

/// One configured change to a head's header lines; with a request it becomes a [HeaderEdit], or none.
public sealed interface HeaderChange {
    /// A change that is the same for every request.
    record Fixed(HeaderEdit edit) implements HeaderChange {}

    /// A change whose value has command operators.
    ///
    /// @param action not a removal
    /// @param keepEmpty whether an empty value counts; else the change is not made then
    record Formatted(HeaderEdit.Action action, HeaderName name, SubstitutionFormat value, boolean keepEmpty)
            implements HeaderChange {}

    /// Adds `changes` to `edits` in their order, as they are for the request of `source`.
    static void addAll(List<HeaderChange> changes, FormatSource source, HeaderEdits edits) {
        for (int i = 0; i < changes.size(); i++) {
            switch (changes.get(i)) {
                case Fixed(HeaderEdit edit) -> edits.add(edit);
                case Formatted formatted -> add(formatted, source, edits);
            }
        }
    }

    private static void add(Formatted change, FormatSource source, HeaderEdits edits) {
        var value = new StringBuilder();
        change.value().append(source, value);
        if (!value.isEmpty() || change.keepEmpty()) {
            edits.add(new HeaderEdit(change.action(), change.name(), value.toString()));
        }
    }
}
