package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;

/// Tells TLS from plaintext and takes the server name and the application protocols from the ClientHello.
final class TlsInspector implements Inspector {
    private final boolean closeOnError;
    private final ListenerStats stats;
    private final ClientHelloReader hello = new ClientHelloReader();

    TlsInspector(boolean closeOnError, ListenerStats stats) {
        this.closeOnError = closeOnError;
        this.stats = stats;
    }

    @Override
    public boolean readsBytes() {
        return true;
    }

    @Override
    public boolean onlyLooks() {
        return true;
    }

    @Override
    public Verdict inspect(ByteBuf seen, Arrival arrival) {
        return switch (hello.read(seen)) {
            case MORE -> Verdict.MORE;
            case FOUND -> {
                arrival.tls(hello.serverName(), hello.protocols());
                stats.count(ListenerStats.Figure.TLS_FOUND);
                stats.count(
                        hello.serverName().isEmpty()
                                ? ListenerStats.Figure.SNI_NOT_FOUND
                                : ListenerStats.Figure.SNI_FOUND);
                stats.count(
                        hello.protocols().isEmpty()
                                ? ListenerStats.Figure.ALPN_NOT_FOUND
                                : ListenerStats.Figure.ALPN_FOUND);
                yield Verdict.DONE;
            }
            case NOT_TLS -> {
                stats.count(ListenerStats.Figure.TLS_NOT_FOUND);
                yield Verdict.DONE;
            }
            case TOO_LARGE -> {
                stats.count(ListenerStats.Figure.CLIENT_HELLO_TOO_LARGE);
                yield Verdict.FAILED;
            }
            case MALFORMED -> {
                stats.count(ListenerStats.Figure.TLS_NOT_FOUND);
                yield closeOnError ? Verdict.FAILED : Verdict.DONE;
            }
        };
    }
}
