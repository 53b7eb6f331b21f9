package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The addresses of this machine, or of the network namespace in which this process runs.
final class InstanceAddresses {
    private InstanceAddresses() {}

    /// All of them, loopback's included, without scopes.
    static List<String> all() {
        return addresses().map(InstanceAddresses::text).distinct().toList();
    }

    /// One by which other machines reach this one; IPv4 before IPv6.
    static Optional<String> reachable() {
        return addresses()
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .map(InstanceAddresses::text)
                .filter(text -> !text.startsWith("::"))
                .min((one, other) -> Boolean.compare(one.contains(":"), other.contains(":")));
    }

    private static Stream<InetAddress> addresses() {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses);
        } catch (SocketException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "this machine's addresses cannot be read: " + e.getMessage(),
                    "give --address",
                    e);
        }
    }

    private static String text(InetAddress address) {
        var text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
