package io.heddle.control;

/// The control plane cannot start; the message is one line for people, with its remedy.
public final class StartException extends Exception {
    private static final long serialVersionUID = 2;

    private final String reason;
    private final String remedy;

    StartException(String reason, String remedy) {
        super(reason + "; " + remedy);
        this.reason = reason;
        this.remedy = remedy;
    }

    StartException(String reason, String remedy, Throwable cause) {
        super(reason + "; " + remedy, cause);
        this.reason = reason;
        this.remedy = remedy;
    }

    /// What is wrong.
    public String reason() {
        return reason;
    }

    /// What to do about it.
    public String remedy() {
        return remedy;
    }
}
