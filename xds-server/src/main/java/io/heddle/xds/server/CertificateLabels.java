package io.heddle.xds.server;

import io.heddle.model.name.Entitlement;
import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the labels that a workload may state from its certificate: a private extension, not critical, whose value is
/// the text of a [LabelGrant] as a UTF8String. The mesh's own authority writes it; whoever reads must have verified the
/// chain.
public final class CertificateLabels {
    /// The extension's object identifier, below the arc of UUIDs (ITU-T X.667), where none needs to be registered.
    public static final String OID = "2.25.147607834443735830124811973104436677937";

    private static final int OCTET_STRING = 0x04;
    private static final int UTF8_STRING = 0x0c;

    private CertificateLabels() {}

    /// What `certificate`, which is of `identity`, entitles to. One from before the extension entitles to the usual;
    /// one whose extension makes no sense to no label.
    public static Entitlement entitlement(X509Certificate certificate, SpiffeId identity) {
        byte[] extension = certificate.getExtensionValue(OID);
        return extension == null
                ? Entitlement.usual(identity)
                : new Entitlement(identity, parse(extension).orElse(LabelGrant.NONE));
    }

    /// Reads an extension's value as X509Certificate gives it; empty when it is not a grant.
    static Optional<LabelGrant> parse(byte[] extension) {
        byte[] inner = content(extension, OCTET_STRING);
        byte[] text = inner == null ? null : content(inner, UTF8_STRING);
        return text == null ? Optional.empty() : LabelGrant.parse(new String(text, StandardCharsets.UTF_8));
    }

    /// The content of the DER value that fills `der` (ITU-T X.690, section 8.1); null when it is not one of that tag,
    /// or longer than 64 KiB.
    private static byte @Nullable [] content(byte[] der, int tag) {
        if (der.length < 2 || der[0] != tag) {
            return null;
        }
        int first = der[1] & 0xff;
        int lengthBytes = first < 0x80 ? 0 : first & 0x7f;
        if (lengthBytes > 2 || der.length < 2 + lengthBytes) {
            return null;
        }
        int length = first < 0x80 ? first : 0;
        for (int i = 0; i < lengthBytes; i++) {
            length = length << 8 | (der[2 + i] & 0xff);
        }
        int start = 2 + lengthBytes;
        return der.length == start + length ? Arrays.copyOfRange(der, start, der.length) : null;
    }
}
