package io.heddle.proxy.http2.field;

import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http2.hpack.FieldKind;
import io.heddle.proxy.http2.hpack.FieldSink;
import io.heddle.traffic.request.Span;
import org.jspecify.annotations.Nullable;

/// Makes a response's head of the fields of a header block, by the rules of RFC 9113, section 8.3.2. One object per
/// connection.
public final class ResponseFields implements FieldSink {
    private final int maxLines;
    private @Nullable HttpResponseHead head;
    private HeadResult fault = HeadResult.MORE;
    private boolean regular;
    private int status;

    /// For heads of at most `maxLines` lines.
    public ResponseFields(int maxLines) {
        this.maxLines = maxLines;
    }

    /// The fields to come are those of `into`, which is empty.
    public void begin(HttpResponseHead into) {
        head = into;
        into.clear();
        fault = HeadResult.MORE;
        regular = false;
        status = 0;
    }

    /// All fields were handed on: [HeadResult#DONE], or what is wrong with them.
    public HeadResult complete() {
        var response = head();
        head = null;
        if (fault != HeadResult.MORE) {
            return fault;
        }
        if (status == 0) {
            return HeadResult.STATUS_INVALID;
        }
        response.status(status);
        return HeadResult.DONE;
    }

    private HttpResponseHead head() {
        if (head == null) {
            throw new IllegalStateException("no head was begun");
        }
        return head;
    }

    @Override
    public void field(int kind, byte[] nameBytes, long name, byte[] valueBytes, long value) {
        if (fault != HeadResult.MORE) {
            return;
        }
        if (FieldKind.isPseudo(kind)) {
            fault = kind == FieldKind.STATUS && status == 0 && !regular
                    ? status(valueBytes, value)
                    : HeadResult.PSEUDO_INVALID;
            return;
        }
        regular = true;
        fault = FieldRules.check(kind, nameBytes, name, valueBytes, value);
        var lines = head().lines();
        if (fault == HeadResult.MORE) {
            fault = lines.count() < maxLines
                    ? lines.addLine(kind, nameBytes, name, valueBytes, value)
                    : HeadResult.TOO_MANY_HEADERS;
        }
    }

    /// Three digits, 100 to 599; 101 belongs to HTTP/1.1 (RFC 9113, section 8.6).
    private HeadResult status(byte[] bytes, long value) {
        int code = 0;
        for (int i = Span.start(value); i < Span.end(value); i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9 || code > 99) {
                return HeadResult.STATUS_INVALID;
            }
            code = code * 10 + digit;
        }
        status = code;
        return code >= 100 && code <= 599 && code != 101 ? HeadResult.MORE : HeadResult.STATUS_INVALID;
    }
}
