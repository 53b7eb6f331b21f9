package io.heddle.proxy.http2.hpack;

/// Takes the fields of a header block in their order. The bytes are valid during the call.
public interface FieldSink {
    /// The next field.
    ///
    /// @param kind the [FieldKind] of its name
    /// @param nameBytes where `name` points into
    /// @param name a span
    /// @param valueBytes where `value` points into
    /// @param value a span
    void field(int kind, byte[] nameBytes, long name, byte[] valueBytes, long value);
}
