package io.heddle.proxy.tls;

import java.util.List;

/// What a client says of itself before it is shown a certificate (RFC 8446, section 4.1.2), by the numbers of
/// the TLS registry. Nothing of it is proved.
///
/// @param serverName the name it asks for, in lower case; empty without
/// @param saysVersions whether it lists the versions it speaks, as clients of TLS 1.3 do
/// @param suites the cipher suites it offers
/// @param groups its groups for the key exchange, which before TLS 1.3 are also the curves of keys that it can check
/// @param signatures the signatures that it can check; empty without
public record ClientHello(
        String serverName, boolean saysVersions, List<Integer> suites, List<Integer> groups, List<Integer> signatures) {
    /// One of which nothing is known.
    public static final ClientHello UNKNOWN = new ClientHello("", false, List.of(), List.of(), List.of());

    public ClientHello {
        suites = List.copyOf(suites);
        groups = List.copyOf(groups);
        signatures = List.copyOf(signatures);
    }
}
