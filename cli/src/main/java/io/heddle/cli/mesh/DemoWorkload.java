package io.heddle.cli.mesh;

import java.util.ArrayList;
import java.util.List;

/// One workload of the demo.
///
/// @param name its name, unique in namespace `shop`
/// @param role what the bookshop's main class runs there
/// @param version its version
/// @param address where its sidecar is reached; on Linux every 127.x.y.z is loopback
/// @param called whether it is an instance of a service, or only calls
record DemoWorkload(String name, String role, String version, String address, boolean called) {
    /// The namespace of all of them.
    static final String NAMESPACE = "shop";

    /// The traffic that the demo promises, as `from` and `to`.
    static final List<List<String>> EDGES = List.of(
            List.of("shop/loadgen", "shop/web"),
            List.of("shop/web", "shop/catalog"),
            List.of("shop/catalog", "shop/ratings"),
            List.of("shop/web", "shop/orders"),
            List.of("shop/orders", "shop/payments"));

    /// Every workload, those that are called before those that call them.
    ///
    /// @param manyAddresses whether 127.0.0.2 can be listened on
    static List<DemoWorkload> all(boolean manyAddresses) {
        var all = new ArrayList<DemoWorkload>();
        all.add(called("payments", "payments", "v1", "127.0.0.1"));
        all.add(called("ratings-1", "ratings", "v1", "127.0.0.1"));
        all.add(called("ratings-2", "ratings", "v1", manyAddresses ? "127.0.0.2" : "127.0.0.1"));
        all.add(called("orders", "orders", "v1", "127.0.0.1"));
        all.add(called("catalog-v1", "catalog", "v1", "127.0.0.1"));
        all.add(called("catalog-v2", "catalog", "v2", "127.0.0.1"));
        all.add(called("catalog-v3", "catalog", "v3", "127.0.0.1"));
        all.add(called("web", "web", "v1", "127.0.0.1"));
        all.add(new DemoWorkload("loadgen", "load", "v1", "127.0.0.1", false));
        return List.copyOf(all);
    }

    private static DemoWorkload called(String name, String role, String version, String address) {
        return new DemoWorkload(name, role, version, address, true);
    }

    /// The service account, and so the last part of its identity: the role, or the name of one that only calls.
    String account() {
        return called ? role : name;
    }
}
