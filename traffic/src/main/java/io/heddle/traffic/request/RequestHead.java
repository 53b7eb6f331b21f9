package io.heddle.traffic.request;

/// A request's head as decisions see it, whatever protocol it came by.
public interface RequestHead extends HeaderFields {
    /// The method, for example `GET`.
    long method();

    /// The request target in origin form: path and query, beginning with `/` (or `*`).
    long path();

    /// The authority: of an absolute-form target, else of the Host header (RFC 9112, section 3.2); `ABSENT` without.
    long authority();

    /// The value of the first line of a header, or, of `:method`, `:path`, `:authority` and `host`, that part of the
    /// request; `ABSENT` without.
    default long part(HeaderName name) {
        if (name.equals(HeaderName.AUTHORITY) || name.equals(HeaderName.HOST)) {
            return authority();
        }
        if (name.equals(HeaderName.PATH)) {
            return path();
        }
        return name.equals(HeaderName.METHOD) ? method() : header(name);
    }
}
