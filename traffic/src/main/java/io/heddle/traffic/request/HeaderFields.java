package io.heddle.traffic.request;

/// The header lines of a message, as spans over its bytes in the order received.
///
/// A head lives as long as its exchange and is read on one thread; nothing keeps it longer.
public interface HeaderFields {
    /// No header lines at all.
    HeaderFields NONE = new HeaderFields() {
        @Override
        public byte[] bytes() {
            return new byte[0];
        }

        @Override
        public int headerCount() {
            return 0;
        }

        @Override
        public long headerName(int index) {
            return Span.ABSENT;
        }

        @Override
        public long headerValue(int index) {
            return Span.ABSENT;
        }
    };

    /// The bytes that every span of this head points into. Only to be read.
    byte[] bytes();

    /// How many header lines.
    int headerCount();

    /// The name of line `index`.
    long headerName(int index);

    /// The value of line `index`, without surrounding white space.
    long headerValue(int index);

    /// The value of the first line called `name`, or [Span#ABSENT].
    default long header(HeaderName name) {
        for (int i = 0; i < headerCount(); i++) {
            long span = headerName(i);
            if (name.matches(bytes(), Span.start(span), Span.end(span))) {
                return headerValue(i);
            }
        }
        return Span.ABSENT;
    }
}
