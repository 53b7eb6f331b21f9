package io.heddle.traffic.filter;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Tells requests from inside from others, as Envoy does where nothing else is configured: by addresses.
/// What a request says of itself in `x-envoy-internal` is not believed.
final class RequestOrigin {
    private static final HeaderName FORWARDED_FOR = HeaderName.of("x-forwarded-for");
    /// RFC 1918 and RFC 4193, and this machine itself.
    private static final List<AddressMatcher> INTERNAL = Stream.of(
                    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1")
            .map(AddressMatcher::parse)
            .flatMap(Optional::stream)
            .toList();

    private RequestOrigin() {}

    /// Whether the client, and all that the request was forwarded for, have private addresses or are this
    /// machine.
    static boolean isInternal(FilterRequest request) {
        if (!isInternal(request.peer().remote().getAddress())) {
            return false;
        }
        var forwarded = new HeaderEdits().value(request.head(), FORWARDED_FOR);
        return forwarded.isEmpty()
                || Stream.of(forwarded.split(",", -1)).allMatch(address -> isInternal(address.strip()));
    }

    private static boolean isInternal(String address) {
        boolean isAddress =
                AddressMatcher.of(address, address.indexOf(':') < 0 ? 32 : 128).isPresent();
        return isAddress && isInternal(InetAddress.ofLiteral(address));
    }

    private static boolean isInternal(InetAddress address) {
        return INTERNAL.stream().anyMatch(range -> range.matches(address));
    }
}
