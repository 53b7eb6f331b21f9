package io.heddle.traffic.explain;

import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Trace;
import java.util.List;

/// Tells what filters change in heads.
final class HeadWords {
    private HeadWords() {}

    /// Tells the edits from the one with number `first`.
    ///
    /// @param whose `request` or `answer`
    static void tell(String whose, HeaderEdits edits, int first, Trace trace) {
        for (int i = first; i < edits.size(); i++) {
            var edit = edits.edit(i);
            trace.decided("head of the " + whose, edit.name().toString(), words(edit));
        }
    }

    /// Tells changes whose values may be known only later.
    static void tell(String whose, List<HeaderChange> changes, Trace trace) {
        for (var change : changes) {
            switch (change) {
                case HeaderChange.Fixed(var edit) ->
                    trace.decided("head of the " + whose, edit.name().toString(), words(edit));
                case HeaderChange.Formatted(var action, HeaderName name, var _, boolean _) ->
                    trace.decided("head of the " + whose, name.toString(), verb(action) + " (by its format)");
            }
        }
    }

    private static String words(HeaderEdit edit) {
        return edit.action() == HeaderEdit.Action.REMOVE
                ? "is removed"
                : verb(edit.action()) + " " + (edit.value().isEmpty() ? "nothing" : edit.value());
    }

    private static String verb(HeaderEdit.Action action) {
        return switch (action) {
            case APPEND -> "gets the line";
            case ADD_IF_ABSENT -> "is, where it is missing,";
            case SET -> "becomes";
            case SET_IF_PRESENT -> "becomes, where it is there,";
            case REMOVE -> "loses";
        };
    }
}
