package io.heddle.model.name;

import java.util.Optional;
import java.util.regex.Pattern;

/// A workload's identity, `spiffe://<trust domain>/ns/<namespace>/sa/<account>` (the SPIFFE ID standard, section 2).
///
/// @param trustDomain the trust domain, for example `cluster.local`
/// @param namespace the namespace of the account
/// @param account the service account
public record SpiffeId(String trustDomain, String namespace, String account) {
    private static final String SCHEME = "spiffe://";
    private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");

    /// Whether `text` can be a trust domain: 1 to 255 lower-case letters, digits, dots, dashes and underscores (the
    /// SPIFFE ID standard, section 2.1).
    public static boolean isTrustDomain(String text) {
        return TRUST_DOMAIN.matcher(text).matches();
    }

    /// Reads the text form; empty when it is not of the mesh's shape.
    public static Optional<SpiffeId> parse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            return Optional.empty();
        }
        var parts = uri.substring(SCHEME.length()).split("/", -1);
        boolean shaped = parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa");
        if (!shaped || parts[0].isEmpty() || parts[2].isEmpty() || parts[4].isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SpiffeId(parts[0], parts[2], parts[4]));
    }

    /// The principal as authorization policies write it: the identity without its scheme.
    public String principal() {
        return trustDomain + "/ns/" + namespace + "/sa/" + account;
    }

    /// The URI form.
    @Override
    public String toString() {
        return SCHEME + principal();
    }
}
