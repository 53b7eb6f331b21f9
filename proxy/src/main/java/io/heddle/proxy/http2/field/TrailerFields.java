package io.heddle.proxy.http2.field;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http2.hpack.FieldKind;
import io.heddle.proxy.http2.hpack.FieldSink;

/// Makes trailers of the fields of a header block (RFC 9113, section 8.1): no pseudo-header fields. Those that could
/// change framing, routing or what was decided already are left out, as RFC 9110, section 6.5.1, lets a recipient do.
/// One object per connection.
public final class TrailerFields implements FieldSink {
    private static final int MAX_LINES = 50;
    private static final int KEPT = LineKind.bit(LineKind.OTHER) | LineKind.bit(LineKind.GRPC_STATUS);

    private HeaderLines lines = HeaderLines.EMPTY;
    private HeadResult fault = HeadResult.MORE;

    /// The fields to come are those of `into`, which is empty.
    public void begin(HeaderLines into) {
        into.clear();
        lines = into;
        fault = HeadResult.MORE;
    }

    /// All fields were handed on: [HeadResult#DONE], or what is wrong with them.
    public HeadResult complete() {
        return fault == HeadResult.MORE ? HeadResult.DONE : fault;
    }

    @Override
    public void field(int kind, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        if (fault != HeadResult.MORE) {
            return;
        }
        fault = FieldKind.isPseudo(kind)
                ? HeadResult.PSEUDO_INVALID
                : FieldRules.check(kind, nameBytes, name, valueBytes, value);
        boolean kept = fault == HeadResult.MORE && (LineKind.bit(kind) & KEPT) != 0;
        if (!kept) {
            return;
        }
        fault = lines.count() < MAX_LINES
                ? lines.addLine(kind, nameBytes, name, valueBytes, value)
                : HeadResult.TOO_MANY_HEADERS;
    }
}
