package io.heddle.control.store;

/// The store could not be opened or written; the message is one line for people.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
