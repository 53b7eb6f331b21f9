package io.heddle.proxy.listen;

import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/// A proxy by hand for measuring: `HandProxy <port> <upstream port> [HTTP1|HTTP2|DOWNSTREAM]` listens until it is
/// killed.
final class HandProxy {
    private HandProxy() {}

    public static void main(String[] args) throws InterruptedException {
        var config = RunningProxy.config(Integer.parseInt(args[1]));
        if (args.length > 2) {
            config = RunningProxy.speaking(config, Cluster.Protocol.valueOf(args[2]));
        }
        var in = Objects.requireNonNull(config.listeners().get("in"));
        var listener = Listener.of("in", in.address(), Integer.parseInt(args[0]), in.chains());
        var moved = new RuntimeConfig(Map.of("in", listener), Map.of(), config.clusters(), Map.of(), Map.of());
        try (var proxy = new RunningProxy(moved, _ -> {})) {
            System.out.println("listening on " + proxy.port());
            new CountDownLatch(1).await();
        }
    }
}
