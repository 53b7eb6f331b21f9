package io.heddle.traffic.request;

/// A response's head as decisions see it.
public interface ResponseHead extends HeaderFields {
    /// The status code, 100 to 599.
    int status();
}
