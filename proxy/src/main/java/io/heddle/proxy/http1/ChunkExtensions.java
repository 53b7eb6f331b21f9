package io.heddle.proxy.http1;

import io.heddle.proxy.http.Octets;

/// The extensions of one chunk, octet by octet, against their grammar (RFC 9112, section 7.1.1): each is a
/// semicolon, a name, and perhaps a value that is a token or a quoted string. Nobody reads them here; they
/// are checked so that no other reader finds another size or another line in them.
final class ChunkExtensions {
    private static final int MAX_OCTETS = 1024;

    private enum State {
        /// Blanks where a semicolon must follow.
        BLANKS,
        SEMICOLON,
        NAME,
        AFTER_NAME,
        EQUALS,
        VALUE,
        QUOTED,
        ESCAPED,
        QUOTED_END,
        WRONG
    }

    private State state = State.BLANKS;
    private int octets;

    /// Those of another chunk begin with the first octet after its size; whether they may.
    boolean start(int first) {
        state = first == ';' ? State.SEMICOLON : State.BLANKS;
        octets = 1;
        return first == ';' || isBlank(first);
    }

    /// Takes the next octet, which is not CR; whether it may stand there.
    boolean take(int octet) {
        state = next((byte) octet);
        return state != State.WRONG && ++octets <= MAX_OCTETS;
    }

    /// Whether the line may end here.
    boolean mayEnd() {
        return state == State.NAME || state == State.VALUE || state == State.QUOTED_END;
    }

    private State next(byte octet) {
        return switch (state) {
            case BLANKS -> isBlank(octet) ? State.BLANKS : semicolon(octet);
            case SEMICOLON -> isBlank(octet) ? State.SEMICOLON : token(octet, State.NAME);
            case NAME -> Octets.isToken(octet) ? State.NAME : afterName(octet);
            case AFTER_NAME -> afterName(octet);
            case EQUALS -> value(octet);
            case VALUE -> Octets.isToken(octet) ? State.VALUE : afterValue(octet);
            case QUOTED -> quoted(octet);
            case ESCAPED -> Octets.isValue(octet) ? State.QUOTED : State.WRONG;
            case QUOTED_END -> afterValue(octet);
            case WRONG -> State.WRONG;
        };
    }

    private static State semicolon(byte octet) {
        return octet == ';' ? State.SEMICOLON : State.WRONG;
    }

    private static State token(byte octet, State within) {
        return Octets.isToken(octet) ? within : State.WRONG;
    }

    private static State afterName(byte octet) {
        if (octet == '=') {
            return State.EQUALS;
        }
        return isBlank(octet) ? State.AFTER_NAME : semicolon(octet);
    }

    private static State value(byte octet) {
        if (octet == '"') {
            return State.QUOTED;
        }
        return isBlank(octet) ? State.EQUALS : token(octet, State.VALUE);
    }

    private static State afterValue(byte octet) {
        return isBlank(octet) ? State.BLANKS : semicolon(octet);
    }

    private static State quoted(byte octet) {
        if (octet == '"') {
            return State.QUOTED_END;
        }
        if (octet == '\\') {
            return State.ESCAPED;
        }
        return Octets.isValue(octet) ? State.QUOTED : State.WRONG;
    }

    private static boolean isBlank(int octet) {
        return octet == ' ' || octet == '\t';
    }
}
