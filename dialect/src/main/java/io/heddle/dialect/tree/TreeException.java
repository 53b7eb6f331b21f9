package io.heddle.dialect.tree;

import org.snakeyaml.engine.v2.events.Event;

/// Ends the reading of a text that cannot be taken further; never leaves [TreeReader].
final class TreeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final String place;
    private final String reason;
    private final String remedy;

    TreeException(String path, Event event, String reason, String remedy) {
        super(reason, null, false, false);
        this.path = path;
        this.place = event.getStartMark()
                .map(mark -> place(mark.getLine(), mark.getColumn()))
                .orElse("");
        this.reason = reason;
        this.remedy = remedy;
    }

    /// `line 3, column 5: `, from indexes that begin at 0.
    static String place(int line, int column) {
        return "line " + (line + 1) + ", column " + (column + 1) + ": ";
    }

    String path() {
        return path;
    }

    String place() {
        return place;
    }

    String reason() {
        return reason;
    }

    String remedy() {
        return remedy;
    }
}
