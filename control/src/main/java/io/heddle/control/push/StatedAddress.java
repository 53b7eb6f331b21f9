package io.heddle.control.push;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;

/// Whether the control plane may connect to the address that a proxy states. A certificate does not prove an address,
/// and whoever could name any would choose where the control plane sends requests.
///
/// The address from which the proxy's own connection comes is good. A proxy on this machine may state any address of
/// this machine, but a loopback one only when it came by loopback: whoever comes from outside, through a translation
/// of addresses say, cannot reach that itself.
final class StatedAddress {
    private StatedAddress() {}

    /// Why `stated` must not be connected to.
    ///
    /// @param stated an IP address
    /// @param remote `host:port` of the proxy's connection
    /// @return empty when it may be
    static Optional<String> objection(String stated, String remote) {
        var own = literal(stated);
        var far = literal(host(remote));
        boolean good = own.isPresent() && far.isPresent() && isReachedBy(own.get(), far.get());
        return good
                ? Optional.empty()
                : Optional.of("metrics are not read: the proxy states the address " + stated + " but connects from "
                        + (remote.isEmpty() ? "an unknown one" : host(remote))
                        + "; start it with --address set to an address it connects from");
    }

    private static boolean isReachedBy(InetAddress stated, InetAddress remote) {
        if (stated.equals(remote)) {
            return true;
        }
        return remote.isLoopbackAddress()
                ? isHere(stated)
                : isHere(remote) && isHere(stated) && !stated.isLoopbackAddress();
    }

    private static boolean isHere(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException _) {
            return false; // unknown is not here
        }
    }

    private static String host(String remote) {
        int port = remote.lastIndexOf(':');
        return port < 0
                ? remote
                : remote.substring(0, port).replaceAll("^\\[|]$", "").replaceFirst("%.*", "");
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
