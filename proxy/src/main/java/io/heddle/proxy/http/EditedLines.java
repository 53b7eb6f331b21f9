package io.heddle.proxy.http;

import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;

/// Header lines on their way out: those received, without what goes, and those that come in addition. Writers of every
/// protocol go through the received ones ([#keeps]) and then through the [#added] ones.
///
/// Lines that the proxy adds before [#change] are changed as those received are; those after it stand.
///
/// One object per event loop: begun, completed and written within one call. Lines that frame a message are not edited:
/// framing is the proxy's own.
public final class EditedLines {
    private static final int NEVER_EDITED = LineKind.bit(LineKind.CONTENT_LENGTH)
            | LineKind.bit(LineKind.TRANSFER_ENCODING)
            | LineKind.bit(LineKind.CONNECTION);

    /// Lines that concern one connection only, or that one proxy says to another: no protocol passes them on.
    public static final int HOP_BY_HOP = LineKind.bit(LineKind.CONNECTION)
            | LineKind.bit(LineKind.UPGRADE)
            | LineKind.bit(LineKind.HOP_BY_HOP)
            | LineKind.bit(LineKind.TE)
            | LineKind.bit(LineKind.PEER);

    private final HeaderLines added = new HeaderLines();
    private final HeaderEdits none = new HeaderEdits();
    private HeaderLines received = HeaderLines.EMPTY;
    private HeaderEdits edits = none;
    private int dropMask;
    private int own;

    /// Begins with the lines `from` without those [#HOP_BY_HOP], without kinds in `drop`, and without what `Connection`
    /// names.
    public EditedLines received(HeaderLines from, int drop) {
        return start(from, drop, none);
    }

    /// Begins with the lines `from` without those [#HOP_BY_HOP], without kinds in `drop`, without what `Connection`
    /// names. [#change] is to make these changes.
    public EditedLines start(HeaderLines from, int drop, HeaderEdits changes) {
        received = from;
        dropMask = drop | HOP_BY_HOP;
        edits = changes;
        added.clear();
        own = 0;
        return this;
    }

    /// Makes the changes.
    public EditedLines change() {
        own = added.count();
        for (int i = 0; i < edits.size(); i++) {
            append(i);
        }
        for (int line = own - 1; line >= 0 && edits.size() > 0; line--) {
            if (replaced(added, line)) {
                added.removeLine(line);
            }
        }
        return this;
    }

    /// Whether there is a line of that name after all.
    public boolean has(HeaderName name) {
        for (int line = 0; line < received.count(); line++) {
            if (keeps(line) && isNamed(received, line, name)) {
                return true;
            }
        }
        return isAdded(name, added.count());
    }

    /// Takes out what was added under that name.
    public void remove(HeaderName name) {
        for (int line = added.count() - 1; line >= 0; line--) {
            if (isNamed(added, line, name)) {
                added.removeLine(line);
            }
        }
    }

    private boolean isAdded(HeaderName name, int before) {
        for (int line = 0; line < before; line++) {
            if (isNamed(added, line, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(HeaderLines lines, int line, HeaderName name) {
        long span = lines.name(line);
        return name.matches(lines.bytes(), Span.start(span), Span.end(span));
    }

    private void append(int index) {
        var edit = edits.edit(index);
        boolean adds = switch (edit.action()) {
            case APPEND, SET -> true;
            case ADD_IF_ABSENT -> !isPresent(index);
            case SET_IF_PRESENT -> isPresent(index);
            case REMOVE -> false;
        };
        if (adds && !undone(index) && !frames(edit.name())) {
            add(edit.name().toString(), edit.value());
        }
    }

    private static boolean frames(HeaderName name) {
        return name.equals(HeaderName.CONTENT_LENGTH)
                || name.equals(HeaderName.TRANSFER_ENCODING)
                || name.equals(HeaderName.CONNECTION);
    }

    private static boolean removes(HeaderEdit edit) {
        return switch (edit.action()) {
            case SET, SET_IF_PRESENT, REMOVE -> true;
            case APPEND, ADD_IF_ABSENT -> false;
        };
    }

    private boolean undone(int index) {
        for (int i = index + 1; i < edits.size(); i++) {
            if (removes(edits.edit(i))
                    && edits.edit(i).name().equals(edits.edit(index).name())) {
                return true;
            }
        }
        return false;
    }

    /// Whether there is a line of that name once the edits before this one are made.
    private boolean isPresent(int index) {
        var name = edits.edit(index).name();
        boolean present = isReceived(name);
        for (int i = 0; i < index; i++) {
            var earlier = edits.edit(i);
            if (earlier.action() != HeaderEdit.Action.SET_IF_PRESENT
                    && earlier.name().equals(name)) {
                present = earlier.action() != HeaderEdit.Action.REMOVE;
            }
        }
        return present;
    }

    private boolean isReceived(HeaderName name) {
        for (int i = 0; i < received.count(); i++) {
            if (isNamed(received, i, name) && passes(i)) {
                return true;
            }
        }
        return isAdded(name, own);
    }

    /// Drops the kinds in `more`, too.
    public void drop(int more) {
        dropMask |= more;
    }

    /// Adds a line. The name is a token in lower case; control characters in the value become spaces.
    public void add(String name, String value) {
        added.addOwnLine(name, value);
    }

    /// Where further lines are added, with [HeaderLines#endOwnLine].
    public HeaderLines added() {
        return added;
    }

    /// The lines as they came.
    public HeaderLines received() {
        return received;
    }

    /// Whether every received line is kept.
    public boolean keepsAll() {
        return !received.hasAny(dropMask) && !received.nominates() && edits.size() == 0;
    }

    /// Whether a received line is kept.
    public boolean keeps(int line) {
        return passes(line) && !(edits.size() > 0 && replaced(received, line));
    }

    /// Whether a received line is kept before any change.
    private boolean passes(int line) {
        boolean drop =
                ((dropMask >>> received.kind(line)) & 1) != 0 || (received.nominates() && received.nominated(line));
        return !drop;
    }

    private boolean replaced(HeaderLines lines, int line) {
        if (((NEVER_EDITED >>> lines.kind(line)) & 1) != 0) {
            return false;
        }
        for (int i = 0; i < edits.size(); i++) {
            var edit = edits.edit(i);
            if (removes(edit) && isNamed(lines, line, edit.name())) {
                return true;
            }
        }
        return false;
    }
}
