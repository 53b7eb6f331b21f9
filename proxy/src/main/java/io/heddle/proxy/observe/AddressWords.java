package io.heddle.proxy.observe;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.match.AddressText;
import io.heddle.traffic.request.Peer;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/// What command operators say of both ends of the proxy's connections, alike of requests and of connections.
public final class AddressWords {
    private AddressWords() {}

    /// Appends what `operator` says of the host at `endpoint`: one of those that begin with `UPSTREAM_HOST`
    /// or `UPSTREAM_REMOTE`.
    static void upstream(Operator operator, Endpoint endpoint, StringBuilder out) {
        boolean named = operator == Operator.UPSTREAM_HOST_NAME || operator == Operator.UPSTREAM_HOST_NAME_WITHOUT_PORT;
        if (named && !endpoint.hostname().isEmpty()) {
            out.append(endpoint.hostname());
            return;
        }
        switch (operator) {
            case UPSTREAM_REMOTE_PORT -> out.append(endpoint.port());
            case UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT, UPSTREAM_HOST_NAME_WITHOUT_PORT ->
                out.append(endpoint.address());
            default -> out.append(endpoint.socketAddress());
        }
    }

    /// Appends what `operator` says of a client's connection: one of its addresses, or the server name
    /// asked for.
    public static void peer(Operator operator, Peer peer, StringBuilder out) {
        switch (operator) {
            case DOWNSTREAM_REMOTE_ADDRESS -> address(peer.remote(), true, out);
            case DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT -> address(peer.remote(), false, out);
            case DOWNSTREAM_REMOTE_PORT -> out.append(peer.remote().getPort());
            case DOWNSTREAM_DIRECT_REMOTE_ADDRESS -> address(peer.direct(), true, out);
            case DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT -> address(peer.direct(), false, out);
            case DOWNSTREAM_DIRECT_REMOTE_PORT -> out.append(peer.direct().getPort());
            case DOWNSTREAM_LOCAL_ADDRESS -> address(peer.local(), true, out);
            case DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT -> address(peer.local(), false, out);
            case DOWNSTREAM_LOCAL_PORT -> out.append(peer.local().getPort());
            case REQUESTED_SERVER_NAME -> out.append(peer.serverName().orElse(""));
            default -> throw new IllegalArgumentException("says nothing of a peer: " + operator);
        }
    }

    private static void address(InetSocketAddress address, boolean withPort, StringBuilder out) {
        var ip = address.getAddress();
        if (ip == null) {
            return;
        }
        boolean brackets = withPort && ip instanceof Inet6Address;
        out.append(brackets ? "[" : "").append(AddressText.of(ip)).append(brackets ? "]" : "");
        if (withPort) {
            out.append(':').append(address.getPort());
        }
    }
}
