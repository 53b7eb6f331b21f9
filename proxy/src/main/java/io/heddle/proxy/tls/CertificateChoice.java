package io.heddle.proxy.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/// Chooses which of a server's certificates a client is shown, by the name that it asks for and the keys that
/// it can check, as Envoy does. Immutable; safe on any thread.
///
/// Of the certificates for the name (exactly, else by a wildcard for its first label; of each kind of key the
/// first counts) one with an elliptic curve is preferred where the client knows the curve, then one with RSA.
/// Where there is none, the first of all is shown, or, for a full scan and for a client that asks for no
/// name, what the same preference finds among all. What a client of TLS 1.3 can check it says by its
/// signatures; an older one by its curves and by the cipher suites.
final class CertificateChoice {
    private static final int DNS = 2;

    /// The cipher suites of TLS 1.2 that go with elliptic curves.
    private static final Map<Integer, String> ELLIPTIC_SUITES = Map.of(
            0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
            0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
            0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");

    private final List<KeyKind> kinds;
    private final boolean fullScan;
    private final boolean speaks13;
    private final Set<Integer> suites;
    /// By name, and for wildcards by what follows the asterisk: certificates by their number.
    private final Map<String, List<Integer>> byName = new HashMap<>();

    /// Among `certificates`, for a server that speaks TLS 1.3 or does not, and the cipher suites by their
    /// IANA names.
    CertificateChoice(List<KeyMaterial> certificates, boolean fullScan, boolean speaks13, Collection<String> suites) {
        this.kinds = certificates.stream().map(KeyMaterial::kind).toList();
        this.fullScan = fullScan;
        this.speaks13 = speaks13;
        this.suites = ELLIPTIC_SUITES.entrySet().stream()
                .filter(suite -> suites.contains(suite.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
        for (int i = 0; i < certificates.size(); i++) {
            for (var name : names(certificates.get(i).leaf())) {
                add(name.toLowerCase(Locale.ROOT), i);
            }
        }
    }

    private void add(String name, int number) {
        var known = byName.computeIfAbsent(name.startsWith("*.") ? name.substring(1) : name, _ -> new ArrayList<>());
        boolean rsa = kinds.get(number).isRsa();
        if (known.stream().noneMatch(other -> kinds.get(other).isRsa() == rsa)) {
            known.add(number);
        }
    }

    /// Its DNS names; where it has no names of any type, the common name of its subject.
    private static List<String> names(X509Certificate leaf) {
        try {
            if (leaf.getSubjectAlternativeNames() == null) {
                return commonName(leaf).stream().toList();
            }
            return leaf.getSubjectAlternativeNames().stream()
                    .filter(name -> name.getFirst().equals(DNS))
                    .map(name -> name.get(1).toString())
                    .toList();
        } catch (CertificateParsingException _) {
            return List.of(); // shown to who asks for another, as the rest
        }
    }

    private static Optional<String> commonName(X509Certificate leaf) {
        try {
            var parts = new LdapName(leaf.getSubjectX500Principal().getName()).getRdns();
            return parts.reversed().stream()
                    .filter(part -> part.getType().equalsIgnoreCase("CN"))
                    .map(part -> part.getValue().toString())
                    .findFirst();
        } catch (InvalidNameException _) {
            return Optional.empty();
        }
    }

    /// The number of the certificate for a client.
    int choose(ClientHello hello) {
        var curves = curves(hello);
        var name = hello.serverName();
        if (name.isEmpty()) {
            return any(curves);
        }
        var exactly = preferred(byName.getOrDefault(name, List.of()), curves);
        if (exactly.isPresent()) {
            return exactly.getAsInt();
        }
        int dot = name.indexOf('.', 1);
        var wildcard = dot < 0 || dot == name.length() - 1
                ? OptionalInt.empty()
                : preferred(byName.getOrDefault(name.substring(dot), List.of()), curves);
        return wildcard.orElseGet(() -> fullScan ? any(curves) : 0);
    }

    private int any(Set<KeyKind> curves) {
        var all = new ArrayList<Integer>();
        for (int i = 0; i < kinds.size(); i++) {
            all.add(i);
        }
        return preferred(all, curves).orElse(0);
    }

    /// The first with a curve that the client knows, else the first with RSA.
    private OptionalInt preferred(List<Integer> numbers, Set<KeyKind> curves) {
        var rsa = OptionalInt.empty();
        for (int number : numbers) {
            var kind = kinds.get(number);
            if (curves.contains(kind)) {
                return OptionalInt.of(number);
            }
            if (kind.isRsa() && rsa.isEmpty()) {
                rsa = OptionalInt.of(number);
            }
        }
        return rsa;
    }

    /// The kinds of keys with curves that the client can check.
    private Set<KeyKind> curves(ClientHello hello) {
        boolean bySignature = speaks13 && hello.saysVersions();
        var curves = EnumSet.noneOf(KeyKind.class);
        if (!bySignature && hello.suites().stream().noneMatch(suites::contains)) {
            return curves;
        }
        for (var kind : KeyKind.values()) {
            boolean known = bySignature
                    ? hello.signatures().contains(kind.signature())
                    : hello.groups().contains(kind.group());
            if (known && !kind.isRsa()) {
                curves.add(kind);
            }
        }
        return curves;
    }
}
