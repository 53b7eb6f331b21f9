package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;

/// Has connections that are made for this one come from its client's address (Envoy's `original_src`).
///
/// @param mark the mark of their packets; 0 for none
record OriginalSource(int mark) implements Inspector {
    @Override
    public boolean readsBytes() {
        return false;
    }

    @Override
    public boolean onlyLooks() {
        return true;
    }

    @Override
    public Verdict inspect(ByteBuf seen, Arrival arrival) {
        arrival.keepSource(mark);
        return Verdict.DONE;
    }
}
