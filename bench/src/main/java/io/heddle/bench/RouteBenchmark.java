package io.heddle.bench;

import com.google.re2j.Pattern;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.VirtualHost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Routing among the routes of one virtual host: half exact paths, half prefixes, a few patterns behind them,
/// and one for the rest.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RouteBenchmark {
    private static final int FIRST = 4238;

    private final Head exact = new Head("/api/v1/shop/4242/books");
    private final Head prefix = new Head("/api/v1/shop/4243/books/42/pages?x=1");
    private final Head rest = new Head("/about/us");

    /// How many routes.
    @Param({"10", "1000", "10000"})
    public int routes;

    private RouteTable table = RouteTable.of("", List.of());

    /// Builds the table.
    @Setup
    public void setUp() {
        var all = new ArrayList<Route>();
        for (int i = 0; i < routes; i++) {
            int number = i + FIRST;
            all.add(route(
                    number % 2 == 0
                            ? new PathMatcher.Exact("/api/v1/shop/" + number + "/books", false)
                            : new PathMatcher.Prefix("/api/v1/shop/" + number + "/", false)));
        }
        for (int i = 0; i < 5; i++) {
            all.add(route(new PathMatcher.Regex(Pattern.compile("/static/[a-z]+/" + i))));
        }
        all.add(route(new PathMatcher.Prefix("/", false)));
        table = RouteTable.of("bench", List.of(new VirtualHost("shop", List.of("*"), all)));
    }

    private static Route route(PathMatcher path) {
        var match = new RouteMatch(path, List.of(), List.of());
        return new Route("", match, new RouteAction.DirectResponse(200, ""), List.of(), List.of(), Map.of());
    }

    /// An exact path.
    @Benchmark
    public RouteDecision exact() {
        return table.route(exact, Trace.OFF);
    }

    /// The beginning of a path.
    @Benchmark
    public RouteDecision prefix() {
        return table.route(prefix, Trace.OFF);
    }

    /// A path that only a general prefix fits.
    @Benchmark
    public RouteDecision rest() {
        return table.route(rest, Trace.OFF);
    }

    private static final class Head implements RequestHead {
        private final byte[] bytes;

        Head(String path) {
            bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public long method() {
            return Span.of(0, 0);
        }

        @Override
        public long path() {
            return Span.of(0, bytes.length);
        }

        @Override
        public long authority() {
            return Span.ABSENT;
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public int headerCount() {
            return 0;
        }

        @Override
        public long headerName(int index) {
            return Span.ABSENT;
        }

        @Override
        public long headerValue(int index) {
            return Span.ABSENT;
        }
    }
}
