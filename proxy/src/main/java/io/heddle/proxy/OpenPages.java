package io.heddle.proxy;

import io.heddle.model.problem.Problem;
import io.heddle.proxy.admin.AdminPages;
import io.heddle.proxy.admin.PageServer;
import io.heddle.xds.read.Bootstrap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The servers of pages for people and scrapers: `admin` and `metrics`, where they are wanted. Safe on any thread.
final class OpenPages implements AutoCloseable {
    private final Map<String, PageServer> open = new ConcurrentHashMap<>();

    /// Opens what bootstrap and options want.
    ///
    /// @throws StartFailure when a port cannot be opened; what is open by then stays so until [#close]
    void open(AdminPages pages, Bootstrap bootstrap, ProxyOptions options) throws StartFailure {
        try {
            if (bootstrap.admin().isPresent()) {
                var admin = bootstrap.admin().get();
                open.put("admin", pages.admin(admin.address(), admin.port()));
            }
            if (options.metrics().isPresent()) {
                var port = options.metrics().get();
                open.put("metrics", pages.metrics(port.host(), port.port()));
            }
        } catch (IOException taken) {
            throw new StartFailure(List.of(Problem.error(
                    "proxy",
                    open.isEmpty() && bootstrap.admin().isPresent() ? "admin" : "metrics",
                    "the port cannot be opened: " + taken.getMessage(),
                    "choose another port")));
        }
    }

    /// Where they listen, by name.
    Map<String, InetSocketAddress> addresses() {
        var addresses = new TreeMap<String, InetSocketAddress>();
        open.forEach((name, server) -> addresses.put(name, server.address()));
        return addresses;
    }

    @Override
    public void close() {
        open.values().forEach(PageServer::close);
    }
}
