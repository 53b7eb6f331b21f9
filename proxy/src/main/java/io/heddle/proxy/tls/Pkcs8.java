package io.heddle.proxy.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;

/// Private keys in their older forms, put into PKCS#8 (RFC 5958): RSA keys of PKCS#1 (RFC 8017, appendix A.1.2) and
/// keys of elliptic curves of SEC 1 (RFC 5915).
///
/// Only as much of DER is read as finds the curve; the key itself is judged by whoever reads the result.
final class Pkcs8 {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xA0;

    private static final byte[] VERSION_0 = element(INTEGER, new byte[] {0});
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] ELLIPTIC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Pkcs8() {}

    /// Of an RSA key in PKCS#1.
    static byte[] ofRsa(byte[] pkcs1) {
        return element(SEQUENCE, VERSION_0, RSA, element(OCTET_STRING, pkcs1));
    }

    /// Of a key in SEC 1.
    ///
    /// @param parameters the object identifier of its curve in DER, for keys that do not tell theirs; may be empty
    static byte[] ofElliptic(byte[] sec1, byte[] parameters) throws GeneralSecurityException {
        var own = curve(sec1);
        var curve = own.length > 0 ? own : parameters;
        if (curve.length == 0 || curve[0] != OBJECT_IDENTIFIER) {
            throw new GeneralSecurityException("the key does not name its curve");
        }
        return element(SEQUENCE, VERSION_0, element(SEQUENCE, ELLIPTIC, curve), element(OCTET_STRING, sec1));
    }

    /// The parameters inside a key of SEC 1; empty without.
    private static byte[] curve(byte[] sec1) throws GeneralSecurityException {
        var key = new Reader(sec1, 0, sec1.length).enter(SEQUENCE);
        while (key.hasMore()) {
            if (key.tag() == PARAMETERS) {
                return key.enter(PARAMETERS).rest();
            }
            key.skip();
        }
        return new byte[0];
    }

    private static byte[] element(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            int octets = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            out.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                out.write(length >>> (8 * i));
            }
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /// Walks over elements of DER.
    private static final class Reader {
        private final byte[] bytes;
        private final int end;
        private int at;

        Reader(byte[] bytes, int from, int end) {
            this.bytes = bytes;
            this.at = from;
            this.end = end;
        }

        boolean hasMore() {
            return at < end;
        }

        int tag() {
            return bytes[at] & 0xFF;
        }

        /// The inside of the element that comes next, which is left behind.
        Reader enter(int tag) throws GeneralSecurityException {
            if (!hasMore() || tag() != tag) {
                throw broken();
            }
            int length = length();
            var inside = new Reader(bytes, at, at + length);
            at += length;
            return inside;
        }

        void skip() throws GeneralSecurityException {
            int length = length();
            at += length;
        }

        byte[] rest() {
            return Arrays.copyOfRange(bytes, at, end);
        }

        /// Goes behind the tag and the length.
        private int length() throws GeneralSecurityException {
            at++;
            int first = octet();
            int length = first;
            if (first >= 0x80) {
                int octets = first & 0x7F;
                if (octets == 0 || octets > 3) {
                    throw broken();
                }
                length = 0;
                for (int i = 0; i < octets; i++) {
                    length = length << 8 | octet();
                }
            }
            if (length > end - at) {
                throw broken();
            }
            return length;
        }

        private int octet() throws GeneralSecurityException {
            if (at >= end) {
                throw broken();
            }
            return bytes[at++] & 0xFF;
        }

        private static GeneralSecurityException broken() {
            return new GeneralSecurityException("the key is no DER");
        }
    }
}
