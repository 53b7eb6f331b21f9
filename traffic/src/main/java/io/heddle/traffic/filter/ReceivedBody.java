package io.heddle.traffic.filter;

/// What has come of a request's body when a filter asked for it ([FilterStep.Question.Body]). Valid only
/// during the call.
public interface ReceivedBody {
    /// How many bytes there are.
    long length();

    /// Whether that is all of it.
    boolean whole();

    /// A copy of the bytes.
    byte[] copy();
}
