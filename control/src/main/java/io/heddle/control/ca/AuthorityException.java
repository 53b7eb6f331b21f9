package io.heddle.control.ca;

/// The certificate authority cannot start or sign; the message is one line for people.
public final class AuthorityException extends RuntimeException {
    private static final long serialVersionUID = 1;

    AuthorityException(String message) {
        super(message);
    }

    AuthorityException(String message, Throwable cause) {
        super(message, cause);
    }
}
