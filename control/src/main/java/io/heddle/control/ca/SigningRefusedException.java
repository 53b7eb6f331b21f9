package io.heddle.control.ca;

/// A signing request that is not granted; the message tells the caller why.
public final class SigningRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean forbidden;

    private SigningRefusedException(String message, boolean forbidden) {
        super(message);
        this.forbidden = forbidden;
    }

    static SigningRefusedException malformed(String message) {
        return new SigningRefusedException(message, false);
    }

    static SigningRefusedException forbidden(String message) {
        return new SigningRefusedException(message, true);
    }

    /// Whether the caller may not have this certificate; otherwise its request is malformed.
    public boolean isForbidden() {
        return forbidden;
    }
}
