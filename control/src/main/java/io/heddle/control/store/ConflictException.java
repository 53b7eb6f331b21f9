package io.heddle.control.store;

/// Somebody else wrote the object first: the version expected is no longer the current one. Read again and retry.
public final class ConflictException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ConflictException(String message) {
        super(message);
    }
}
