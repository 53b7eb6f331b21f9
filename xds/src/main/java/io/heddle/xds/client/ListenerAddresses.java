package io.heddle.xds.client;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.listener.v3.AdditionalAddress;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The addresses of some listeners. Not thread-safe.
///
/// Two have one in common where somebody who connects to the one may mean the other: with the same port, and the same
/// host or one that stands for all.
final class ListenerAddresses {
    private static final String ALL = "*";

    /// Port → hosts.
    private final Map<Integer, Set<String>> hosts = new HashMap<>();

    /// Adds those of a listener of `set`.
    void add(ResourceSet set, String listener) {
        sockets(set, listener)
                .forEach(socket -> hosts.computeIfAbsent(socket.port(), _ -> new HashSet<>())
                        .add(socket.host()));
    }

    /// Whether one of them is of that listener of `set`, too.
    boolean areAlsoOf(ResourceSet set, String listener) {
        return sockets(set, listener).anyMatch(socket -> {
            var taken = hosts.getOrDefault(socket.port(), Set.of());
            return taken.contains(socket.host())
                    || taken.contains(ALL)
                    || (socket.host().equals(ALL) && !taken.isEmpty());
        });
    }

    private record Socket(String host, int port) {}

    private static Stream<Socket> sockets(ResourceSet set, String listener) {
        return set.message(ResourceType.LDS, listener, Listener.class).stream()
                .flatMap(found -> Stream.concat(
                        Stream.of(found.getAddress()),
                        found.getAdditionalAddressesList().stream().map(AdditionalAddress::getAddress)))
                .filter(Address::hasSocketAddress)
                .map(Address::getSocketAddress)
                .map(address -> new Socket(host(address.getAddress()), address.getPortValue()));
    }

    /// One text for each host, however it is written.
    private static String host(String text) {
        try {
            var host = InetAddress.ofLiteral(text);
            return host.isAnyLocalAddress() ? ALL : host.getHostAddress();
        } catch (IllegalArgumentException _) {
            return text; // It is refused elsewhere.
        }
    }
}
