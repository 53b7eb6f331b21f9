package io.heddle.xds.server;

/// Whether a proxy may have a stream.
public sealed interface Admission {
    /// It may.
    record Accepted() implements Admission {}

    /// It may not; the stream ends with PERMISSION_DENIED.
    ///
    /// @param reason told to the proxy
    record Refused(String reason) implements Admission {}

    /// It may.
    static Admission accepted() {
        return new Accepted();
    }

    /// It may not.
    static Admission refused(String reason) {
        return new Refused(reason);
    }
}
