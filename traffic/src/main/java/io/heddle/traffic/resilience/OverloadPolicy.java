package io.heddle.traffic.resilience;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a proxy does when it is short of something, as Envoy's overload manager.
///
/// @param refresh how often pressure is looked at
/// @param connections the most connections of clients at once, over all listeners; empty for no limit
/// @param limits bytes that a resource may take; absent: as many as the process may
/// @param actions what is done, and when; each action once
public record OverloadPolicy(
        Duration refresh, Optional<Long> connections, Map<Resource, Long> limits, List<Reaction> actions) {
    /// What holds where nothing else is configured: requests are shed before heap or direct memory run out, and
    /// new connections wait a little later.
    public static final OverloadPolicy DEFAULT = new OverloadPolicy(
            Duration.ofMillis(250),
            Optional.empty(),
            Map.of(),
            List.of(
                    new Reaction(
                            Action.STOP_ACCEPTING_REQUESTS,
                            List.of(at(Resource.HEAP, 0.95), at(Resource.DIRECT_MEMORY, 0.90))),
                    new Reaction(
                            Action.STOP_ACCEPTING_CONNECTIONS,
                            List.of(at(Resource.HEAP, 0.98), at(Resource.DIRECT_MEMORY, 0.95)))));

    public OverloadPolicy {
        limits = Map.copyOf(limits);
        actions = List.copyOf(actions);
    }

    private static Trigger at(Resource resource, double threshold) {
        return new Trigger.Threshold(resource, threshold);
    }

    /// This policy with at most so many connections.
    public OverloadPolicy withConnections(Optional<Long> most) {
        return new OverloadPolicy(refresh, most, limits, actions);
    }

    /// What a proxy may be short of, with the name of its resource monitor.
    public enum Resource {
        /// The Java heap that a collection leaves in use.
        HEAP("envoy.resource_monitors.fixed_heap"),
        /// Buffers outside of the heap.
        DIRECT_MEMORY("heddle.resource_monitors.direct_memory"),
        /// Connections of clients.
        CONNECTIONS("envoy.resource_monitors.global_downstream_max_connections");

        private final String monitor;

        Resource(String monitor) {
            this.monitor = monitor;
        }

        /// The monitor's name.
        public String monitor() {
            return monitor;
        }
    }

    /// What is done, with Envoy's names.
    public enum Action {
        /// Requests are answered 503.
        STOP_ACCEPTING_REQUESTS("envoy.overload_actions.stop_accepting_requests"),
        /// New connections wait in the kernel.
        STOP_ACCEPTING_CONNECTIONS("envoy.overload_actions.stop_accepting_connections"),
        /// New connections are closed.
        REJECT_INCOMING_CONNECTIONS("envoy.overload_actions.reject_incoming_connections"),
        /// Connections end with the answer under way.
        DISABLE_HTTP_KEEPALIVE("envoy.overload_actions.disable_http_keepalive"),
        /// The heap is collected.
        SHRINK_HEAP("envoy.overload_actions.shrink_heap");

        private final String text;

        Action(String text) {
            this.text = text;
        }

        /// Envoy's name.
        public String text() {
            return text;
        }
    }

    /// An action and what brings it about.
    ///
    /// @param action what is done
    /// @param triggers the one that asks for most decides
    public record Reaction(Action action, List<Trigger> triggers) {
        public Reaction {
            triggers = List.copyOf(triggers);
        }
    }

    /// What brings an action about. Pressure is what part of a resource is used, 0 to 1, or more.
    public sealed interface Trigger {
        /// The resource that is looked at.
        Resource resource();

        /// How much of the action is asked for, 0 to 1.
        double state(double pressure);

        /// All of it, from a pressure on.
        record Threshold(Resource resource, double value) implements Trigger {
            @Override
            public double state(double pressure) {
                return pressure >= value ? 1 : 0;
            }
        }

        /// More of it the higher the pressure is, nothing up to `scaling`, all from `saturation` on.
        record Scaled(Resource resource, double scaling, double saturation) implements Trigger {
            @Override
            public double state(double pressure) {
                if (pressure <= scaling) {
                    return 0;
                }
                return pressure >= saturation ? 1 : (pressure - scaling) / (saturation - scaling);
            }
        }
    }

    /// How much of each action is asked for, 0 to 1, at these pressures.
    public Map<Action, Double> states(Map<Resource, Double> pressures) {
        var states = new EnumMap<Action, Double>(Action.class);
        for (var reaction : actions) {
            double most = reaction.triggers().stream()
                    .mapToDouble(trigger -> trigger.state(pressures.getOrDefault(trigger.resource(), 0.0)))
                    .max()
                    .orElse(0);
            states.put(reaction.action(), most);
        }
        return states;
    }
}
