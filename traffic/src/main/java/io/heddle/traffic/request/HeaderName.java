package io.heddle.traffic.request;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// A header's name, ready for comparing with bytes without regard to ASCII case (RFC 9110, section 5.1).
public final class HeaderName {
    public static final HeaderName METHOD = of(":method");
    public static final HeaderName PATH = of(":path");
    public static final HeaderName AUTHORITY = of(":authority");
    public static final HeaderName HOST = of("host");
    public static final HeaderName CONNECTION = of("connection");
    public static final HeaderName CONTENT_LENGTH = of("content-length");
    public static final HeaderName CONTENT_TYPE = of("content-type");
    public static final HeaderName TRANSFER_ENCODING = of("transfer-encoding");
    public static final HeaderName EXPECT = of("expect");
    public static final HeaderName UPGRADE = of("upgrade");
    public static final HeaderName GRPC_STATUS = of("grpc-status");
    public static final HeaderName LOCATION = of("location");
    public static final HeaderName REQUEST_ID = of("x-request-id");
    public static final HeaderName FORWARDED_CLIENT_CERT = of("x-forwarded-client-cert");
    public static final HeaderName PEER = of("x-heddle-peer");

    private final byte[] lowerCase;
    private final String text;

    private HeaderName(String text) {
        this.text = text.toLowerCase(Locale.ROOT);
        this.lowerCase = this.text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The name `text`, in any case.
    public static HeaderName of(String text) {
        return new HeaderName(text);
    }

    /// Whether the bytes are this name.
    public boolean matches(byte[] bytes, int start, int end) {
        if (end - start != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            int octet = bytes[start + i];
            if (octet >= 'A' && octet <= 'Z') {
                octet |= 0x20;
            }
            if (octet != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    /// A copy of the name's bytes, in lower case.
    public byte[] bytes() {
        return lowerCase.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeaderName name && Arrays.equals(lowerCase, name.lowerCase);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(lowerCase);
    }

    @Override
    public String toString() {
        return text;
    }
}
