package io.heddle.proxy.listen;

import io.heddle.proxy.upstream.connect.SourceAddress;
import io.heddle.traffic.runtime.ConnectionInfo;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// What is found out about one connection, step by step, before a chain is chosen for it. Used on its event loop only.
final class Arrival {
    private final InetSocketAddress direct;
    private InetSocketAddress source;
    private InetSocketAddress destination;
    private boolean restored;
    private String transport = ConnectionInfo.RAW_BUFFER;
    private String serverName = "";
    private List<String> protocols = List.of();
    private Optional<SourceAddress> kept = Optional.empty();
    private Opening opening = Opening.UNKNOWN;

    private Arrival(InetSocketAddress far, InetSocketAddress near) {
        direct = far;
        source = far;
        destination = near;
    }

    /// Who speaks first.
    enum Opening {
        /// Nobody asked, or the client did.
        UNKNOWN,
        /// The client said nothing while it was waited for.
        SILENT,
        /// The destination is known to speak first, so the client was not waited for.
        ASSUMED_SERVER_FIRST
    }

    /// A connection as it is accepted; empty when it is gone already.
    static Optional<Arrival> of(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress far
                        && channel.localAddress() instanceof InetSocketAddress near
                ? Optional.of(new Arrival(far, near))
                : Optional.empty();
    }

    /// The connection's far end.
    InetSocketAddress direct() {
        return direct;
    }

    /// Where it comes from, as far as is known.
    InetSocketAddress source() {
        return source;
    }

    /// Where it wanted to go, as far as is known.
    InetSocketAddress destination() {
        return destination;
    }

    /// Whether something said that it wanted to go elsewhere than where it was accepted.
    boolean restored() {
        return restored;
    }

    /// Where it wanted to go, when it was led here from there.
    Optional<InetSocketAddress> original() {
        return restored ? Optional.of(destination) : Optional.empty();
    }

    /// Connections that are made for it come from where it comes from, as far as is known now.
    void keepSource(int mark) {
        kept = Optional.of(new SourceAddress(source.getAddress(), mark));
    }

    /// Where connections that are made for it come from; empty for this machine.
    Optional<SourceAddress> kept() {
        return kept;
    }

    Opening opening() {
        return opening;
    }

    void opening(Opening known) {
        opening = known;
    }

    void source(InetSocketAddress told) {
        source = told;
    }

    /// It wanted to go to `original`.
    void restore(InetSocketAddress original) {
        destination = original;
        restored = true;
    }

    void tls(String name, List<String> offered) {
        transport = ConnectionInfo.TLS;
        serverName = name;
        protocols = offered;
    }

    void http(String protocol) {
        protocols = List.of(protocol);
    }

    boolean isTls() {
        return transport.equals(ConnectionInfo.TLS);
    }

    /// What an HTTP inspector saw; empty without.
    String plaintextProtocol() {
        return isTls() || protocols.isEmpty() ? "" : protocols.getFirst();
    }

    /// All of it, for the choice of a chain.
    ConnectionInfo info() {
        return new ConnectionInfo(destination, source, direct, serverName, transport, protocols);
    }

    /// The same connection at another listener: its addresses are known, the rest is found out again.
    Arrival handedOff() {
        var next = new Arrival(direct, destination);
        next.source = source;
        next.kept = kept;
        return next;
    }
}
