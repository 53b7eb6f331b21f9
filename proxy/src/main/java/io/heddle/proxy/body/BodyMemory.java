package io.heddle.proxy.body;

import io.heddle.model.problem.Problem;
import io.heddle.proxy.config.ActiveConfig;
import io.heddle.traffic.filter.BufferFilter;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;

/// How much of one body can be held at all: most of the memory outside of the heap (`-XX:MaxDirectMemorySize`), which
/// all requests share. Warns of limits beyond that, which do not hold as they are written.
public final class BodyMemory implements ActiveConfig.Follower {
    /// The most bytes of one body; a filter that waits for more answers 413.
    public static final long MOST = PlatformDependent.estimateMaxDirectMemory() / 8 * 7;

    private final long most;

    /// With what this process has.
    public BodyMemory() {
        this(MOST);
    }

    BodyMemory(long most) {
        this.most = most;
    }

    @Override
    public List<Problem> opening(RuntimeConfig next) {
        return inspecting(next);
    }

    @Override
    public List<Problem> inspecting(RuntimeConfig part) {
        var problems = new ArrayList<Problem>();
        part.listeners()
                .forEach((name, listener) -> listener.chains().forEach(chain -> {
                    if (chain.filter() instanceof NetworkFilter.Http http) {
                        http.filters().filters().forEach(filter -> {
                            if (filter instanceof BufferFilter buffer) {
                                limit(buffer.limit().bytes(), "Listener " + name, buffer.name(), problems);
                            }
                        });
                        if (http.routes() instanceof NetworkFilter.RouteSource.Inline(var table)) {
                            table(table, "Listener " + name, problems);
                        }
                    }
                }));
        part.routes().forEach((name, table) -> table(table, "RouteConfiguration " + name, problems));
        return problems;
    }

    private void table(RouteTable table, String object, List<Problem> problems) {
        for (var host : table.virtualHosts()) {
            for (var route : host.routes()) {
                route(route, object, "virtual_hosts[" + host.name() + "].routes[" + route.name() + "]", problems);
            }
        }
    }

    private void route(Route route, String object, String path, List<Problem> problems) {
        for (var override : route.overrides().values()) {
            if (override instanceof BufferFilter.Limit(long bytes)) {
                limit(bytes, object, path + ".typed_per_filter_config", problems);
            }
        }
        if (route.action() instanceof RouteAction.Forward forward
                && forward.options().keptBody() > most) {
            problems.add(Problem.warning(
                    object,
                    path + ".request_body_buffer_limit",
                    beyond(forward.options().keptBody()) + "; larger bodies are not sent again",
                    "write less, or give more by -XX:MaxDirectMemorySize in HEDDLE_JAVA_OPTS"));
        }
    }

    private void limit(long bytes, String object, String path, List<Problem> problems) {
        if (bytes > most) {
            problems.add(Problem.warning(
                    object,
                    path + ".max_request_bytes",
                    beyond(bytes) + "; larger bodies are answered 413",
                    "write less, or give more by -XX:MaxDirectMemorySize in HEDDLE_JAVA_OPTS"));
        }
    }

    private String beyond(long bytes) {
        return "is " + bytes + ", and " + most + " bytes of a body can be held here";
    }

    @Override
    public void swapped(RuntimeConfig previous, RuntimeConfig next) {
        // Nothing was opened.
    }
}
