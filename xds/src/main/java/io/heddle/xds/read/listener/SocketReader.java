package io.heddle.xds.read.listener;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.SocketOption;
import io.envoyproxy.envoy.config.core.v3.SocketOptionsOverride;
import io.envoyproxy.envoy.config.listener.v3.AdditionalAddress;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads where and how a listener opens its sockets.
final class SocketReader {
    private static final Fields<AdditionalAddress> ADDITIONAL =
            Fields.refusingOthers(AdditionalAddress.class).reads("address", "socket_options");
    private static final Fields<SocketOptionsOverride> OVERRIDE =
            Fields.refusingOthers(SocketOptionsOverride.class).reads("socket_options");
    private static final Fields<SocketAddress> SOCKET_ADDRESS = Fields.refusingOthers(SocketAddress.class)
            .limits("address", "an IPv4 or IPv6 address")
            .reads("port_value", "ipv4_compat")
            .limits("protocol", "`TCP` only");
    private static final Fields<SocketOption> OPTION = Fields.ignoringOthers(SocketOption.class)
            .reads("level", "name", "int_value")
            .accepts("description", "for people")
            .refuses("buf_value")
            .limits("state", "`STATE_PREBIND`, `STATE_LISTENING`")
            .limits("type", "options for datagrams have no effect, with a warning");
    private static final Fields<SocketOption.SocketType> TYPE =
            Fields.ignoringOthers(SocketOption.SocketType.class).reads("stream", "datagram");

    /// What of sockets is read.
    static final List<Fields<?>> FIELDS = List.of(ADDITIONAL, OVERRIDE, SOCKET_ADDRESS, OPTION, TYPE);

    private static final int LARGEST_PORT = 65_535;
    private static final int SMALLEST_BUFFER = 1024;

    private SocketReader() {}

    /// The addresses, the main one first; empty when one cannot be read.
    static Optional<List<io.heddle.traffic.runtime.Listener.Address>> addresses(Listener message, Scope scope) {
        var addresses = new ArrayList<io.heddle.traffic.runtime.Listener.Address>();
        address(message.getAddress(), message.getSocketOptionsList(), scope).ifPresent(addresses::add);
        for (int i = 0; i < message.getAdditionalAddressesCount(); i++) {
            var more = message.getAdditionalAddresses(i);
            var here = scope.at("additional_addresses", i);
            here.check(more, ADDITIONAL);
            var options = more.hasSocketOptions()
                    ? more.getSocketOptions().getSocketOptionsList()
                    : message.getSocketOptionsList();
            address(more.getAddress(), options, here).ifPresent(addresses::add);
        }
        return addresses.size() == 1 + message.getAdditionalAddressesCount()
                ? Optional.of(addresses)
                : Optional.empty();
    }

    private static Optional<io.heddle.traffic.runtime.Listener.Address> address(
            Address message, List<SocketOption> options, Scope scope) {
        var at = scope.at("address");
        at.check(message, Values.ADDRESS);
        var read = options(options, scope.at("socket_options"));
        return switch (message.getAddressCase()) {
            case PIPE, ENVOY_INTERNAL_ADDRESS -> Optional.empty(); // refused above
            case ADDRESS_NOT_SET -> {
                at.error("is missing", "set socket_address");
                yield Optional.empty();
            }
            case SOCKET_ADDRESS -> address(message.getSocketAddress(), read, at.at("socket_address"));
        };
    }

    private static Optional<io.heddle.traffic.runtime.Listener.Address> address(
            SocketAddress message, List<io.heddle.traffic.runtime.Listener.SocketOption> options, Scope scope) {
        scope.check(message, SOCKET_ADDRESS);
        if (message.getProtocol() != SocketAddress.Protocol.TCP) {
            scope.at("protocol").error("only TCP is supported", "remove it");
        }
        if (AddressMatcher.parse(message.getAddress()).isEmpty()
                || message.getAddress().contains("/")) {
            scope.at("address").error("is no IP address: " + message.getAddress(), "write an IPv4 or IPv6 address");
            return Optional.empty();
        }
        int port = message.getPortValue();
        if (port < 0 || port > LARGEST_PORT) {
            scope.at("port_value").error("is no port: " + Integer.toUnsignedString(port), "write 0 to 65535");
            return Optional.empty();
        }
        if (message.getIpv4Compat() && !message.getAddress().contains(":")) {
            scope.at("ipv4_compat").warning("has no effect on an IPv4 address", "remove it");
        }
        return Optional.of(new io.heddle.traffic.runtime.Listener.Address(
                message.getAddress(), port, message.getIpv4Compat(), options));
    }

    private static List<io.heddle.traffic.runtime.Listener.SocketOption> options(
            List<SocketOption> messages, Scope scope) {
        var options = new ArrayList<io.heddle.traffic.runtime.Listener.SocketOption>();
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            var here = scope.at(i);
            here.check(message, OPTION);
            if (message.getType().hasDatagram()) {
                here.at("type").warning("is for datagrams; it has no effect", "remove the option");
            } else if (!message.hasIntValue()) {
                here.error("has no int_value, which alone is supported", "set int_value");
            } else if (message.getState() == SocketOption.SocketState.STATE_BOUND) {
                here.at("state").error("STATE_BOUND is not supported", "use STATE_PREBIND or STATE_LISTENING");
            } else {
                options.add(new io.heddle.traffic.runtime.Listener.SocketOption(
                        (int) message.getLevel(),
                        (int) message.getName(),
                        (int) message.getIntValue(),
                        message.getState() == SocketOption.SocketState.STATE_LISTENING));
            }
        }
        return options;
    }

    @SuppressWarnings("deprecation") // the older names are still written
    static io.heddle.traffic.runtime.Listener.Sockets sockets(Listener message, Scope scope) {
        var standard = io.heddle.traffic.runtime.Listener.Sockets.DEFAULT;
        boolean old = !message.hasDeprecatedV1()
                || !message.getDeprecatedV1().hasBindToPort()
                || message.getDeprecatedV1().getBindToPort().getValue();
        return new io.heddle.traffic.runtime.Listener.Sockets(
                message.hasBindToPort() ? message.getBindToPort().getValue() : old,
                message.getTransparent().getValue(),
                message.getFreebind().getValue(),
                message.hasEnableReusePort() ? message.getEnableReusePort().getValue() : standard.reusePort(),
                message.hasTcpBacklogSize() ? clamp(message.getTcpBacklogSize().getValue()) : standard.backlog(),
                message.hasMaxConnectionsToAcceptPerSocketEvent()
                        ? clamp(message.getMaxConnectionsToAcceptPerSocketEvent()
                                .getValue())
                        : standard.acceptsPerEvent(),
                message.hasPerConnectionBufferLimitBytes()
                        ? Math.max(
                                SMALLEST_BUFFER,
                                clamp(message.getPerConnectionBufferLimitBytes().getValue()))
                        : standard.bufferLimit(),
                message.getIgnoreGlobalConnLimit(),
                message.getBypassOverloadManager());
    }

    /// An unsigned number as a positive `int`.
    private static int clamp(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : Math.max(1, unsigned);
    }
}
