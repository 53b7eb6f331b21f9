package io.heddle.control.api;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Refuses calls under a foreign name. A page that makes its own name point to this machine (DNS rebinding) would
/// otherwise reach the API from the victim's browser; its calls carry that name in `Host`. Names that cannot be made to
/// point anywhere, `localhost` and addresses, are good, and so are those configured.
final class HostCheck {
    private final Set<String> names;

    HostCheck(Set<String> names) {
        this.names = Set.copyOf(names);
    }

    boolean accepts(Optional<String> header) {
        if (header.isEmpty()) {
            return false;
        }
        var host = withoutPort(header.get().toLowerCase(Locale.ROOT));
        return host.equals("localhost") || names.contains(host) || isAddress(host);
    }

    private static String withoutPort(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? "" : host.substring(1, end);
        }
        int colon = host.indexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }

    private static boolean isAddress(String host) {
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
