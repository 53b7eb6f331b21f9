package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;
import java.util.Set;

/// Takes the PROXY header off a connection and believes what it says of the client.
final class ProxyProtocolInspector implements Inspector {
    private final boolean optional;
    private final Set<Integer> versions;
    private final ListenerStats stats;

    ProxyProtocolInspector(boolean optional, Set<Integer> versions, ListenerStats stats) {
        this.optional = optional;
        this.versions = versions;
        this.stats = stats;
    }

    @Override
    public boolean readsBytes() {
        return true;
    }

    @Override
    public boolean onlyLooks() {
        return false;
    }

    @Override
    public Verdict inspect(ByteBuf seen, Arrival arrival) {
        return switch (ProxyHeader.read(seen)) {
            case ProxyHeader.More _ -> Verdict.MORE;
            case ProxyHeader.Malformed _ -> Verdict.FAILED;
            case ProxyHeader.Missing _ -> {
                stats.count(ListenerStats.Figure.PROXY_NOT_FOUND);
                yield optional ? Verdict.DONE : Verdict.FAILED;
            }
            case ProxyHeader.Found found -> take(found, seen, arrival);
        };
    }

    private Verdict take(ProxyHeader.Found found, ByteBuf seen, Arrival arrival) {
        if (!versions.contains(found.version())) {
            return Verdict.FAILED;
        }
        stats.count(found.version() == 1 ? ListenerStats.Figure.PROXY_V1_FOUND : ListenerStats.Figure.PROXY_V2_FOUND);
        seen.skipBytes(found.length());
        found.addresses().ifPresent(told -> {
            arrival.source(told.source());
            if (!told.destination().equals(arrival.destination())) {
                arrival.restore(told.destination());
            }
        });
        return Verdict.DONE;
    }
}
