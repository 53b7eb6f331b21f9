package io.heddle.proxy.exchange.head;

import io.heddle.proxy.tls.PeerCertificate;
import io.heddle.traffic.runtime.HeadOptions.CertificateDetails;
import java.util.List;
import java.util.function.Supplier;

/// What this hop says of the client's certificate in `x-forwarded-client-cert`. One object per connection,
/// confined to its event loop.
public final class ForwardedCertificate {
    /// The client showed none.
    public static final ForwardedCertificate NONE =
            new ForwardedCertificate(new Names("", List.of(), List.of(), List.of()), "", () -> new Encoded("", ""));

    private final Names names;
    private final String hash;
    private final Supplier<Encoded> encoded;
    private CertificateDetails details = CertificateDetails.URI;
    private String element = "";

    /// A certificate with this SHA-256, hexadecimal; `encoded` is asked when it is to be told as a whole.
    public ForwardedCertificate(Names names, String hash, Supplier<Encoded> encoded) {
        this.names = names;
        this.hash = hash;
        this.encoded = encoded;
    }

    /// The names in a certificate, and in ours.
    ///
    /// @param subject the subject's distinguished name (RFC 2253); may be empty
    /// @param uris its URIs
    /// @param dns its DNS names
    /// @param local the URIs of our own certificate
    public record Names(String subject, List<String> uris, List<String> dns, List<String> local) {
        public Names {
            uris = List.copyOf(uris);
            dns = List.copyOf(dns);
            local = List.copyOf(local);
        }
    }

    /// A certificate and its chain, PEM.
    public record Encoded(String leaf, String chain) {}

    /// Whether the client showed none.
    public boolean isNone() {
        return hash.isEmpty();
    }

    /// The element with these details, as Envoy writes it.
    String element(CertificateDetails wanted) {
        if (element.isEmpty() || !wanted.equals(details)) {
            details = wanted;
            element = build(wanted);
        }
        return element;
    }

    private String build(CertificateDetails wanted) {
        var text = new StringBuilder();
        names.local().forEach(uri -> text.append("By=").append(value(uri)).append(';'));
        text.append("Hash=").append(hash);
        if (wanted.cert()) {
            text.append(";Cert=\"")
                    .append(PeerCertificate.escaped(encoded.get().leaf()))
                    .append('"');
        }
        if (wanted.chain()) {
            text.append(";Chain=\"")
                    .append(PeerCertificate.escaped(encoded.get().chain()))
                    .append('"');
        }
        if (wanted.subject()) {
            text.append(";Subject=\"").append(quoted(names.subject())).append('"');
        }
        if (wanted.uri()) {
            names.uris().forEach(uri -> text.append(";URI=").append(value(uri)));
        }
        if (wanted.dns()) {
            names.dns().forEach(name -> text.append(";DNS=").append(value(name)));
        }
        return text.toString();
    }

    /// A name that could be read as several values is quoted: who made the certificate chose it.
    private static String value(String name) {
        return name.chars().noneMatch(c -> c == ',' || c == ';' || c == '=' || c == '"')
                ? name
                : '"' + quoted(name) + '"';
    }

    private static String quoted(String text) {
        return text.replace("\"", "\\\"");
    }
}
