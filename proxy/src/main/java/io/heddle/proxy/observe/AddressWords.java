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

    /// Appends what `operator` says of the host at `endpoint`: one of those over the host.
    static void host(Operator operator, Endpoint endpoint, StringBuilder out) {
        switch (operator) {
            case UPSTREAM_HOST -> out.append(endpoint.socketAddress());
            case UPSTREAM_HOST_NAME -> out.append(name(endpoint, endpoint.socketAddress()));
            case UPSTREAM_HOST_NAME_WITHOUT_PORT -> out.append(name(endpoint, endpoint.address()));
            default -> throw new IllegalArgumentException("says nothing of a host: " + operator);
        }
    }

    private static String name(Endpoint endpoint, String otherwise) {
        return endpoint.hostname().isEmpty() ? otherwise : endpoint.hostname();
    }

    /// Appends what `operator` says of `connection` with the host at `endpoint`: one of those over that.
    static void hostConnection(Operator operator, ConnectionFacts connection, Endpoint endpoint, StringBuilder out) {
        switch (operator) {
            case UPSTREAM_CONNECTION_ID, UPSTREAM_CONNECTION_IDS_ATTEMPTED -> out.append(connection.id());
            case UPSTREAM_SERVER_NAME -> out.append(connection.serverName());
            case UPSTREAM_LOCAL_ADDRESS -> connection.near().ifPresent(near -> address(near, true, out));
            case UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT -> connection.near().ifPresent(near -> address(near, false, out));
            case UPSTREAM_LOCAL_PORT -> connection.near().ifPresent(near -> out.append(near.getPort()));
            case UPSTREAM_REMOTE_PORT -> out.append(endpoint.port());
            case UPSTREAM_REMOTE_ADDRESS, UPSTREAM_HOSTS_ATTEMPTED -> out.append(endpoint.socketAddress());
            case UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT, UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT ->
                out.append(endpoint.address());
            case UPSTREAM_HOST_NAMES_ATTEMPTED -> out.append(name(endpoint, endpoint.socketAddress()));
            default -> throw new IllegalArgumentException("says nothing of a host's connection: " + operator);
        }
    }

    /// Appends what `operator` says of a client's `connection` and of `peer` at its end: one of its addresses, or the
    /// server name asked for.
    public static void client(Operator operator, Peer peer, ConnectionFacts connection, StringBuilder out) {
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
            case DOWNSTREAM_DIRECT_LOCAL_ADDRESS -> connection.near().ifPresent(near -> address(near, true, out));
            case DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT ->
                connection.near().ifPresent(near -> address(near, false, out));
            case DOWNSTREAM_DIRECT_LOCAL_PORT -> connection.near().ifPresent(near -> out.append(near.getPort()));
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
