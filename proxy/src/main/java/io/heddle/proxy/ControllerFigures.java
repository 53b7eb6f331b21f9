package io.heddle.proxy;

import io.heddle.proxy.observe.LabelledFamily;
import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.traffic.resilience.ConcurrencyController;
import io.heddle.traffic.resilience.Controllers;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/// What controllers of concurrency found out, under Envoy's names, by the `stat_prefix` of the connection manager; and
/// what filters counted of gRPC calls.
///
/// @param metrics where it goes
record ControllerFigures(ProxyMetrics metrics) {
    private static final String PREFIX = "envoy_http_adaptive_concurrency_gradient_controller_";

    /// One family.
    ///
    /// @param name without what all begin with
    /// @param value of a controller
    private record Figure(String name, String type, String help, ToLongFunction<ConcurrencyController> value) {}

    private static final List<Figure> ALL = List.of(
            new Figure(
                    "rq_blocked", "counter", "Requests beyond the concurrency limit.", ConcurrencyController::blocked),
            new Figure(
                    "burst_queue_size",
                    "gauge",
                    "How much of the concurrency limit is for bursts.",
                    controller -> controller.figures().headroom()),
            new Figure(
                    "concurrency_limit",
                    "gauge",
                    "How many requests may pass at a time.",
                    ConcurrencyController::limit),
            new Figure(
                    "gradient",
                    "gauge",
                    "The shortest time by that of the last window, in thousandths.",
                    controller -> controller.figures().gradient()),
            new Figure(
                    "min_rtt_calculation_active",
                    "gauge",
                    "Whether the shortest time is being measured.",
                    controller -> controller.figures().measuring() ? 1 : 0),
            new Figure(
                    "min_rtt_msecs",
                    "gauge",
                    "How long requests take at the least.",
                    controller ->
                            TimeUnit.NANOSECONDS.toMillis(controller.figures().shortest())),
            new Figure(
                    "sample_rtt_msecs",
                    "gauge",
                    "How long requests took in the last window.",
                    controller ->
                            TimeUnit.NANOSECONDS.toMillis(controller.figures().sample())));

    void add(Controllers controllers) {
        metrics.add(controllers.grpcMethods());
        metrics.addFamilies(
                () -> ALL.stream().map(figure -> family(figure, controllers)).toList());
    }

    private static LabelledFamily family(Figure figure, Controllers controllers) {
        var values = new HashMap<String, Long>();
        controllers
                .concurrency()
                .forEach(controller ->
                        values.put(controller.statPrefix(), figure.value().applyAsLong(controller)));
        return new LabelledFamily(
                PREFIX + figure.name(), figure.type(), figure.help(), "envoy_http_conn_manager_prefix", values);
    }
}
