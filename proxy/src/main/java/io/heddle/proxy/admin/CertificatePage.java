package io.heddle.proxy.admin;

import io.heddle.proxy.admin.Page.Answer;
import io.heddle.proxy.tls.ShownCertificates;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The certificates in use, as Envoy's `admin.v3.Certificates`. Never a key.
final class CertificatePage {
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP_ADDRESS = 7;

    private CertificatePage() {}

    static Answer answer(List<ShownCertificates> all) {
        var certificates = all.stream()
                .map(shown -> {
                    var entry = new LinkedHashMap<String, Object>();
                    entry.put("ca_cert", details(shown.authorities()));
                    entry.put("cert_chain", details(shown.chain()));
                    return entry;
                })
                .toList();
        return Answer.json(Map.of("certificates", certificates));
    }

    private static List<Map<String, Object>> details(List<X509Certificate> certificates) {
        return certificates.stream().map(CertificatePage::details).toList();
    }

    private static Map<String, Object> details(X509Certificate certificate) {
        var end = certificate.getNotAfter().toInstant();
        var days = Math.max(0, Duration.between(Instant.now(), end).toDays());
        var shown = new LinkedHashMap<String, Object>();
        shown.put("serial_number", certificate.getSerialNumber().toString(16));
        shown.put("subject_alt_names", names(certificate));
        shown.put("days_until_expiration", String.valueOf(days));
        shown.put("valid_from", certificate.getNotBefore().toInstant());
        shown.put("expiration_time", end);
        return shown;
    }

    private static List<Map<String, Object>> names(X509Certificate certificate) {
        var names = new ArrayList<Map<String, Object>>();
        try {
            var found = certificate.getSubjectAlternativeNames();
            for (var name : found == null ? List.<List<?>>of() : found) {
                switch ((Integer) name.get(0)) {
                    case DNS -> names.add(Map.of("dns", name.get(1)));
                    case URI -> names.add(Map.of("uri", name.get(1)));
                    case IP_ADDRESS -> names.add(Map.of("ip_address", name.get(1)));
                    default -> {}
                }
            }
        } catch (CertificateParsingException unreadable) {
            names.add(Map.of("unreadable", String.valueOf(unreadable.getMessage())));
        }
        return names;
    }
}
